// Runs a mocha suite inside the extension host. VS Code calls run(), whichever way it was started:
// by @vscode/test-electron on a desktop, or in the window that scripts/test.mjs drives.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';

/** Real training on software WebGL takes seconds, on a busy machine many. */
const TIMEOUT_MS = 120_000;

/** Environment: which folder of suites to run (default `suite`), and a pattern of test names. */
const { GRADIENT_LENS_SUITE = 'suite', GRADIENT_LENS_GREP } = process.env;

/** Marks the report's lines for whoever reads them out of the extension host's console. */
const { GRADIENT_LENS_LINE_PREFIX = '' } = process.env;

/** Finds and runs every *.test.js below the suite's folder; rejects when a test failed. */
export async function run(): Promise<void> {
  process.setSourceMapsEnabled(true);
  const print = Mocha.reporters.Base.consoleLog;
  Mocha.reporters.Base.consoleLog = (...args: unknown[]) => {
    print(GRADIENT_LENS_LINE_PREFIX + format(...args));
  };
  const mocha = new Mocha({
    ui: 'bdd',
    color: false,
    timeout: TIMEOUT_MS,
    forbidOnly: true,
    forbidPending: true,
    ...(GRADIENT_LENS_GREP ? { grep: new RegExp(GRADIENT_LENS_GREP) } : {}),
  });
  const folder = path.join(__dirname, GRADIENT_LENS_SUITE);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.js'))
    .sort();
  if (files.length === 0) {
    throw new Error(`There is no test in ${folder}. Were the suites bundled before this run?`);
  }
  for (const file of files) mocha.addFile(path.join(folder, file));
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} of the tests in the extension host failed.`);
}
