// Where things lie in the checkout. Everything that the scripts make is below .cache/ (kept between
// runs) or out/ (made anew), both ignored by git.
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const cache = path.join(root, '.cache');
export const out = path.join(root, 'out');
export const screenshots = path.join(out, 'screenshots');
export const examples = path.join(root, 'examples');

/** @param {string} file An absolute path, shortened for messages where it lies in the checkout. */
export function relative(file) {
  const short = path.relative(root, file) || '.';
  return short.startsWith('..') ? file : short;
}
