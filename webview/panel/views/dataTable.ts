// The table behind a chart: the same numbers for those who cannot see, or would rather read, it.
// It is built when it is opened, and then at most once a second.
import { button, element, setAttribute, setHidden } from '../dom';
import { icon } from '../icons';

export interface TableData {
  caption: string;
  columns: readonly string[];
  /** Cells as text; the first of each row is its heading. */
  rows: readonly (readonly string[])[];
}

const REBUILD_MS = 1000;

export class DataTable {
  readonly toggle: HTMLButtonElement;
  readonly root = element('div', 'data-table', { tabindex: 0 });
  private open = false;
  private builtAt = -Infinity;

  /** @param subject What the table is of, e.g. `loss`. @param changed Called when it opens or closes. */
  constructor(
    subject: string,
    private readonly changed: () => void,
  ) {
    this.toggle = button('tool', `Show ${subject} as a table`, () => this.flip(), icon('table'));
    setAttribute(this.toggle, 'aria-pressed', 'false');
    setHidden(this.root, true);
  }

  get isOpen(): boolean {
    return this.open;
  }

  /** Rebuilds the table where it is open and due. */
  draw(data: () => TableData): void {
    const now = performance.now();
    if (!this.open || now - this.builtAt < REBUILD_MS) return;
    this.builtAt = now;
    const { caption, columns, rows } = data();
    const table = element(
      'table',
      '',
      {},
      element('caption', '', {}, caption),
      element(
        'thead',
        '',
        {},
        element(
          'tr',
          '',
          {},
          ...columns.map((column) => element('th', '', { scope: 'col' }, column)),
        ),
      ),
      element('tbody', '', {}, ...rows.map(rowOf)),
    );
    this.root.replaceChildren(table);
  }

  private flip(): void {
    this.open = !this.open;
    this.builtAt = -Infinity;
    setAttribute(this.toggle, 'aria-pressed', String(this.open));
    setHidden(this.root, !this.open);
    this.changed();
  }
}

function rowOf(cells: readonly string[]): HTMLElement {
  return element(
    'tr',
    '',
    {},
    ...cells.map((cell, index) =>
      index === 0 ? element('th', '', { scope: 'row' }, cell) : element('td', '', {}, cell),
    ),
  );
}

/** Indexes of at most `count` rows spread over `length`, the last one included. */
export function spread(length: number, count: number): number[] {
  if (length <= count) return Array.from({ length }, (_, i) => i);
  return Array.from({ length: count }, (_, i) => Math.round((i * (length - 1)) / (count - 1)));
}
