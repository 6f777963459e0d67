// How the debugger's expressions name a layer.

const IDENTIFIER = /^[\p{L}_$][\p{L}\p{N}_$]*$/u;

/** `of.name`, or `of["odd name"]`. */
export function memberExpression(of: string, name: string): string {
  return IDENTIFIER.test(name) ? `${of}.${name}` : `${of}[${JSON.stringify(name)}]`;
}

/** The form in which every layer can be named: `layers["odd name"]`. */
export function quotedLayer(name: string): string {
  return `layers[${JSON.stringify(name)}]`;
}

/** `dense_1`; {@link quotedLayer} where the name is no identifier. */
export function layerExpression(name: string): string {
  return IDENTIFIER.test(name) ? name : quotedLayer(name);
}
