// A card: a titled part of the page with room for a note and tools beside the title.
import { element } from '../dom';

export interface Card {
  root: HTMLElement;
  title: HTMLElement;
  head: HTMLElement;
  /** Small text beside the title. */
  note: HTMLElement;
  /** Tools at the right end of the head. */
  tools: HTMLElement;
  body: HTMLElement;
}

/** A card named `id` for styles, headed `title`. */
export function createCard(id: string, title: string): Card {
  const heading = element('h2', 'card-title', { id: `${id}-title` }, title);
  const note = element('span', 'card-note');
  const tools = element('div', 'card-tools');
  const head = element('div', 'card-head', {}, heading, note, tools);
  const body = element('div', 'card-body');
  const root = element(
    'section',
    `card card-${id}`,
    { 'aria-labelledby': `${id}-title` },
    head,
    body,
  );
  return { root, title: heading, head, note, tools, body };
}
