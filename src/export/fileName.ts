// Names of exported files, of what users and programs call their runs.

/** A name for a file, of words that may hold anything: `loss of mnist-cnn.model.ts` → `loss-of-mnist-cnn.model.ts`. */
export function fileNameOf(words: string): string {
  const name = words
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 100);
  return name === '' ? 'run' : name;
}
