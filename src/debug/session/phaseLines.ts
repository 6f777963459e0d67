// The source line that a phase without a layer is shown at: where the data, the loss or the optimizer is named.
import { readFile } from 'node:fs/promises';
import type { Phase } from '../walk/phases';

const PATTERNS: Readonly<Partial<Record<Phase['type'], readonly RegExp[]>>> = {
  data: [/\bexport\s+(?:async\s+)?(?:const|let|function)\s+data\b/, /\.fit(?:Dataset)?\s*\(/],
  loss: [/\bloss\s*:/, /\.losses\.|\bloss\b\s*=/],
  update: [/\boptimizer\s*:/, /\.(?:minimize|applyGradients|trainOnBatch|fit|fitDataset)\s*\(/],
};

/** The line, from 1, of `text`; 1 where nothing speaks of the phase. */
export function phaseLine(text: string, type: Phase['type'] | undefined): number {
  const lines = text.split('\n');
  for (const pattern of (type && PATTERNS[type]) ?? []) {
    const index = lines.findIndex((line) => pattern.test(line) && !/^\s*(\/\/|\*)/.test(line));
    if (index >= 0) return index + 1;
  }
  return 1;
}

/** The line in a file; 1 where the file cannot be read. */
export async function phaseLineIn(file: string, type: Phase['type'] | undefined): Promise<number> {
  return readFile(file, 'utf8').then(
    (text) => phaseLine(text, type),
    () => 1,
  );
}
