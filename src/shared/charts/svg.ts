// SVG as text. Everything that comes from a program (names, messages) passes `escapeText`.

/** Characters that XML 1.0 does not allow, lone surrogates among them. */
// eslint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu;

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** `text` for the content and for the attributes of HTML and XML. */
export function escapeText(text: string): string {
  return text.replace(FORBIDDEN, '�').replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** A coordinate: two decimals are finer than any screen. */
export function coordinate(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** For cells side by side: edges that are smoothed would show the ground between them. */
export const CRISP = { 'shape-rendering': 'crispEdges' };

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element. `children` are markup already; attributes are escaped here. */
export function tag(name: string, attributes: Attributes = {}, ...children: string[]): string {
  let markup = `<${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    const text = typeof value === 'number' ? coordinate(value) : escapeText(value);
    markup += ` ${key}="${text}"`;
  }
  return children.length === 0 ? `${markup}/>` : `${markup}>${children.join('')}</${name}>`;
}

/** A line of text at a point. */
export function label(text: string, x: number, y: number, attributes: Attributes = {}): string {
  return tag('text', { x, y, ...attributes }, escapeText(text));
}

/** Path data of axis-parallel boxes. */
export function boxes(of: readonly (readonly [x: number, y: number, w: number, h: number])[]) {
  return of
    .map(([x, y, w, h]) => {
      const [left, top, width, height] = [x, y, w, h].map(coordinate);
      return `M${left ?? ''} ${top ?? ''}h${width ?? ''}v${height ?? ''}h-${width ?? ''}z`;
    })
    .join('');
}

/** Path data of a line through points. */
export function polyline(points: readonly (readonly [x: number, y: number])[]): string {
  return points
    .map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${coordinate(x)} ${coordinate(y)}`)
    .join('');
}
