// Builds dist/, the extension as it ships.
import { exec } from './exec.mjs';
import { root } from './paths.mjs';

/** @returns {Promise<void>} */
export async function buildExtension() {
  await exec(process.execPath, ['esbuild.mjs'], { cwd: root });
}
