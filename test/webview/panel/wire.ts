// Messages as VS Code carries them between host and webview: JSON, with ArrayBuffers and typed arrays
// apart. So plain NaN and ±Infinity become null here too, exactly as in the product.

/** A message as text; binary parts as base64. */
export function pack(message: unknown): string {
  return JSON.stringify(message, (_key, value: unknown) => {
    if (value instanceof ArrayBuffer) {
      return { $buffer: Buffer.from(value).toString('base64') };
    }
    if (value instanceof Float64Array) {
      const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
      return { $float64: bytes.toString('base64') };
    }
    return value;
  });
}

/** The reverse, as source of a function for the page. */
export const unpackSource = `(text) => {
  const bytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)).buffer;
  return JSON.parse(text, (_key, value) => {
    if (value !== null && typeof value === 'object' && typeof value.$buffer === 'string') {
      return bytes(value.$buffer);
    }
    if (value !== null && typeof value === 'object' && typeof value.$float64 === 'string') {
      return new Float64Array(bytes(value.$float64));
    }
    return value;
  });
}`;
