// What programs throw, in words: values that are no errors, and the messages by which tfjs says that
// tensors do not fit together.

/** Messages by which tfjs-core and tfjs-layers 4.22 report that shapes do not fit. */
const SHAPE_MESSAGES = [
  /Error when checking (input|target|model)/,
  /Error in \w+: .*(shape|rank|dimension|inner|must (match|be))/i,
  /Incompatible shapes/i,
  /Operands could not be broadcast/i,
  /shapes? .*(do(es)? not match|must match|should match|must be the same|different)/i,
  /is incompatible with layer/,
  /expected a batch of elements where each example has shape/,
  /(A )?target (array|Tensor) (of|with) shape/,
  /should have the same number of samples/,
  /Size\(\d+\) must match the product of shape/,
  /Based on the provided shape/,
  /expected .* to have (shape|\d+ dimension)/,
  /total size of new array must be unchanged/,
  /inferred shape|inner-most dimension|inner shapes|batch dimensions? (must|should)/i,
  /expects targets to (be|have)/,
  /Batch size mismatch/,
  /Negative dimension size|The kernel size .* (larger|exceeds)/i,
  /Invalid TF_Status|requires? rank|must be rank|but got rank|received a \d+D tensor/i,
];

/** True where tfjs says that tensors do not fit together. */
export function isShapeMessage(message: string): boolean {
  return SHAPE_MESSAGES.some((pattern) => pattern.test(message));
}

/** `message` of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A short text for a value that is no Error. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'object' && value !== null) {
    try {
      return JSON.stringify(value);
    } catch {
      return Object.prototype.toString.call(value);
    }
  }
  return String(value);
}
