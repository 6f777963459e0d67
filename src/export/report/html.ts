// HTML as text: elements, and what people write in messages.
import { escapeText } from '../../shared/charts/svg';

/** An element of `children`, which are markup already. */
export function el(name: string, className: string, ...children: string[]): string {
  const attribute = className === '' ? '' : ` class="${escapeText(className)}"`;
  return `<${name}${attribute}>${children.join('')}</${name}>`;
}

/** A message: escaped, and `code` between backticks as code. */
export function prose(text: string): string {
  return escapeText(text).replace(/`([^`\n]+)`/g, '<code>$1</code>');
}

/** Names and values as a list; an empty value is left out. */
export function facts(pairs: readonly (readonly [name: string, value: string])[]): string {
  const items = pairs
    .filter(([, value]) => value !== '')
    .map(([name, value]) =>
      el('div', '', el('dt', '', escapeText(name)), el('dd', '', prose(value))),
    );
  return items.length === 0 ? '' : el('dl', 'facts', ...items);
}

/** A titled part of the page. */
export function section(title: string, ...children: string[]): string {
  return el('section', '', el('h2', '', escapeText(title)), ...children);
}
