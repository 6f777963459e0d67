// Type-checks every project of the checkout: each tsconfig.json that is not a fixture. Two at a time.
// Usage: node scripts/typecheck.mjs
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { exec } from './lib/exec.mjs';
import { messageOf, progress } from './lib/log.mjs';
import { relative, root } from './lib/paths.mjs';

const SKIPPED = new Set(['node_modules', 'dist', 'out', 'fixtures']);
const WORKERS = 2;

/** @param {string} folder @returns {Promise<string[]>} The tsconfig.json files below it. */
async function projectsBelow(folder) {
  const entries = await readdir(folder, { withFileTypes: true });
  const nested = await Promise.all(
    entries.map((entry) => {
      const file = path.join(folder, entry.name);
      if (!entry.isDirectory()) return entry.name === 'tsconfig.json' ? [file] : [];
      return SKIPPED.has(entry.name) || entry.name.startsWith('.') ? [] : projectsBelow(file);
    }),
  );
  return nested.flat();
}

/** @returns {Promise<void>} Rejects with all the errors of all the projects. */
export async function typecheck() {
  const projects = await projectsBelow(root);
  const waiting = [...projects];
  /** @type {string[]} */
  const failures = [];
  const work = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
      const args = [tsc, '--noEmit', '--pretty', 'false', '-p', file];
      await exec(process.execPath, args, { cwd: root }).catch((error) =>
        failures.push(messageOf(error)),
      );
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  if (failures.length > 0) throw new Error(failures.join('\n'));
  progress(`Type-checked ${projects.map((file) => relative(path.dirname(file))).join(', ')}`);
}

if (process.argv[1] === import.meta.filename) {
  await typecheck().catch((error) => {
    console.error(messageOf(error));
    process.exitCode = 1;
  });
}
