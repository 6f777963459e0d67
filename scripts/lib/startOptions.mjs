// What `npm start` was asked to do, and with which window it can do it.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { findOnPath } from './chromium.mjs';
import { examples } from './paths.mjs';

const DEFAULT_STEPS = 60;

/** The command line cannot be understood. */
export class UsageError extends Error {
  /** @override */
  name = 'UsageError';
}

/**
 * @typedef {object} StartOptions
 * @property {string} file Model to train, absolute.
 * @property {string} folder Workspace to open: the folder of the file, or examples/.
 * @property {number} steps Optimizer steps, where nobody is there to stop the run.
 * @property {string | undefined} code Desktop VS Code.
 * @property {boolean} display True where a window can be shown.
 */

/** @returns {boolean} True where windows can be shown: always but on Linux without X or Wayland. */
function hasDisplay() {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
}

/** @param {string[]} args @returns {StartOptions} */
export function readStartOptions(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      steps: { type: 'string', default: String(DEFAULT_STEPS) },
      code: { type: 'string' },
      headless: { type: 'boolean', default: false },
    },
  });
  const steps = Number(values.steps);
  if (!Number.isInteger(steps) || steps < 1) {
    throw new UsageError(`--steps takes a whole number from 1, not ${values.steps}.`);
  }
  const [given] = positionals;
  const file = given ? path.resolve(given) : path.join(examples, 'mnist-cnn.model.ts');
  if (!existsSync(file)) throw new UsageError(`There is no file ${file}.`);
  const chosen = values.code ?? process.env['GRADIENT_LENS_VSCODE'];
  if (chosen && !existsSync(chosen) && !findOnPath([chosen])) {
    throw new UsageError(`There is no VS Code at ${chosen} (--code or GRADIENT_LENS_VSCODE).`);
  }
  const isExample = !path.relative(examples, file).startsWith('..');
  return {
    file,
    folder: isExample ? examples : path.dirname(file),
    steps,
    code: chosen ?? findOnPath(['code', 'code-insiders', 'codium']),
    display: !values.headless && hasDisplay(),
  };
}
