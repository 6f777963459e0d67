// Gives the program the optimizer classes that the tap watches, so that classes derived of them are seen.
import type { Exports, TfCopy } from '../loading/copies';

const CLASS = /^(\w+)?Optimizer$/;

/** Puts the watched classes into the exports of a copy's core. What it returns puts the others back. */
export function shareOptimizers({ tf, core }: TfCopy): () => void {
  const watched = tf as unknown as Exports;
  const original: Exports = {};
  for (const name of Object.keys(core)) {
    if (!CLASS.test(name) || core[name] === watched[name]) continue;
    // Some bundles have getters; then derived classes are met when they are first used.
    if (Object.getOwnPropertyDescriptor(core, name)?.writable !== true) continue;
    original[name] = core[name];
    core[name] = watched[name];
  }
  return () => {
    for (const [name, value] of Object.entries(original)) {
      if (core[name] === watched[name]) core[name] = value;
    }
  };
}
