// What a VS Code window and its server print, without what every start prints: two native modules
// that the server runs without, and look-ups of a gallery that cannot be reached.
import { readFile } from 'node:fs/promises';

const NOISE = [
  /spdlog|native-watchdog|build\/Release\/watchdog/,
  /code-server\/lib\/vscode\/(out|node_modules)/,
  /^\s+at .*(node:internal|node:diagnostics_channel|workbench\.js:|Array\.forEach)/,
  /Canceled: Canceled|Could not locate the bindings file/,
  /^\s*(Require stack:|tries: \[|\]|\}|code: 'MODULE_NOT_FOUND',)\s*$/,
  /open-vsx|vsda|serviceWorker\.js|ERR_NAME_NOT_RESOLVED|status of 404/i,
];

/** @param {readonly string[]} lines @returns {string[]} The lines worth reading. */
export const withoutNoise = (lines) =>
  lines.filter((line) => line.trim() !== '' && !NOISE.some((pattern) => pattern.test(line)));

/** @param {string} file @param {number} count @returns {Promise<string>} Its last lines worth reading. */
export async function lastLines(file, count) {
  const text = await readFile(file, 'utf8').catch(() => '(no log)');
  return withoutNoise(text.split('\n')).slice(-count).join('\n');
}
