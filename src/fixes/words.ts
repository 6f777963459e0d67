// The words of titles.

/** `20 hidden layers`, or `layer dense_1`. */
export function layerWords(names: readonly string[], kind = 'layers'): string {
  const [only = ''] = names;
  return names.length === 1 ? `layer ${only}` : `${names.length} ${kind}`;
}

/** `hidden layers` where none of the layers is an output. */
export function kindOf(names: readonly string[], outputs: ReadonlySet<string>): string {
  return names.some((name) => outputs.has(name)) ? 'layers' : 'hidden layers';
}
