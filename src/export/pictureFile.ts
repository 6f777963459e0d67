// Pictures as the page hands them over, checked before they reach a file: a page shows a program's names, and what it
// sends is not trusted. An SVG may draw, and do nothing else.
import { ExportError } from './exportError';

/** Elements and attributes that our pictures are made of. */
const ELEMENTS = new Set(['svg', 'title', 'g', 'path', 'rect', 'circle', 'text']);
const ATTRIBUTES = new Set([
  ...['xmlns', 'viewBox', 'width', 'height', 'role', 'transform', 'd', 'x', 'y', 'cx', 'cy', 'r'],
  ...['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linejoin', 'opacity'],
  ...['font-family', 'font-size', 'font-weight', 'text-anchor', 'shape-rendering'],
]);
const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

const TOKEN = /<(\/?)([A-Za-z][\w-]*)((?:\s+[A-Za-z][\w:-]*="[^"<]*")*)\s*(\/?)>|[^<]+/y;
const ATTRIBUTE = /([A-Za-z][\w:-]*)="([^"<]*)"/g;
/** The only entities that are written. */
const STRAY_AMPERSAND = /&(?!(?:amp|lt|gt|quot|#39);)/;

function malformed(why: string): ExportError {
  return new ExportError(
    'malformed-picture',
    `The picture was not saved, because ${why}. Reload the panel and save it again.`,
  );
}

function checkAttributes(text: string): void {
  for (const [, name = '', value = ''] of text.matchAll(ATTRIBUTE)) {
    if (!ATTRIBUTES.has(name)) throw malformed(`it has an attribute ${name.slice(0, 40)}`);
    // Colours and numbers need no other resource.
    if (name !== 'xmlns' && /url|javascript|:\/\//i.test(value)) {
      throw malformed(`its attribute ${name} refers to something else`);
    }
  }
}

/** Checks an SVG picture. Throws an ExportError for anything but a drawing. */
export function checkSvg(svg: string): void {
  if (!svg.startsWith('<svg ')) throw malformed('it is no SVG');
  if (STRAY_AMPERSAND.test(svg)) throw malformed('it has an entity of its own');
  const open: string[] = [];
  let end = 0;
  TOKEN.lastIndex = 0;
  for (let token = TOKEN.exec(svg); token !== null; token = TOKEN.exec(svg)) {
    end = TOKEN.lastIndex;
    const [, closing, name, attributes = '', selfClosing] = token;
    if (name === undefined) continue;
    if (!ELEMENTS.has(name)) throw malformed(`it has an element ${name.slice(0, 40)}`);
    checkAttributes(attributes);
    if (closing === '/') {
      if (open.pop() !== name) throw malformed('its elements do not close as they open');
    } else if (selfClosing !== '/') {
      open.push(name);
    }
  }
  if (end !== svg.length || open.length > 0) throw malformed('its text is not well formed');
}

/** Checks that bytes are those of a PNG file. Throws an ExportError where they are not. */
export function checkPng(bytes: Uint8Array): void {
  const isPng = PNG_SIGNATURE.every((byte, i) => bytes[i] === byte);
  if (!isPng) throw malformed('it is no PNG');
}
