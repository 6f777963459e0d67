// The table card: results, hyperparameters and setup of all runs, with what differs pointed out.
import { button, element, setAttribute, setHidden } from '../dom';
import { icon } from '../icons';
import { createCard } from '../views/card';
import type { CompareActions, CompareFrame, CompareView } from './frame';
import { swatch } from './runStyle';
import { factSections, type Cell, type FactRow, type FactSection } from './table';

export class TableView implements CompareView {
  readonly root: HTMLElement;
  private readonly card = createCard('facts', 'Runs');
  private readonly onlyDifferences: HTMLButtonElement;
  private readonly holder = element('div', 'fact-holder', {
    tabindex: 0,
    role: 'region',
    'aria-label': 'Table of the runs',
  });
  private drawn = '';

  constructor(actions: CompareActions) {
    this.root = this.card.root;
    this.onlyDifferences = button('tool tool-text', 'Only differences', () =>
      actions.change({
        onlyDifferences: this.onlyDifferences.getAttribute('aria-pressed') !== 'true',
      }),
    );
    this.onlyDifferences.title = 'Hide the rows in which all runs are alike';
    this.card.tools.append(this.onlyDifferences);
    this.card.body.append(this.holder);
  }

  draw(frame: CompareFrame): void {
    const { runs, state, settings, generation } = frame;
    setHidden(this.root, runs.length === 0);
    if (this.root.hidden) return;
    const { onlyDifferences } = settings;
    setAttribute(this.onlyDifferences, 'aria-pressed', String(onlyDifferences));
    const sections = factSections(
      runs.map(({ run }) => run),
      state.baseline,
    );
    const names = runs.map(({ name }) => name);
    const drawn = JSON.stringify([sections, names, onlyDifferences, generation, settings.hidden]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const shown = sections
      .map((section) => ({
        ...section,
        rows: section.rows.filter(({ differs }) => differs || !onlyDifferences),
      }))
      .filter(({ rows }) => rows.length > 0);
    const hasDifferences = runs.length > 1;
    this.holder.replaceChildren(
      shown.length === 0
        ? element('p', 'table-note', {}, 'These runs do not differ in anything that is recorded.')
        : element(
            'table',
            'fact-table',
            {},
            element('thead', '', {}, headOf(frame)),
            ...shown.map((section) => bodyOf(section, frame, hasDifferences)),
          ),
    );
  }
}

function headOf({ runs }: CompareFrame): HTMLElement {
  return element(
    'tr',
    '',
    {},
    element('td', 'fact-corner'),
    ...runs.map(({ name, style, isBaseline, isHidden }) =>
      element(
        'th',
        isHidden ? 'is-hidden' : '',
        { scope: 'col', title: name },
        element('span', 'fact-run', {}, swatch(style), element('span', 'fact-name', {}, name)),
        ...(isBaseline ? [element('span', 'fact-baseline', {}, 'baseline')] : []),
      ),
    ),
  );
}

function bodyOf(
  { title, rows }: FactSection,
  frame: CompareFrame,
  hasDifferences: boolean,
): HTMLElement {
  return element(
    'tbody',
    '',
    {},
    element(
      'tr',
      'fact-section',
      {},
      element('th', '', { scope: 'rowgroup', colspan: frame.runs.length + 1 }, title),
    ),
    ...rows.map((row) => rowOf(row, hasDifferences)),
  );
}

function rowOf({ label, cells, differs }: FactRow, hasDifferences: boolean): HTMLElement {
  const isMarked = differs && hasDifferences;
  return element(
    'tr',
    isMarked ? 'differs' : 'alike',
    {},
    element(
      'th',
      '',
      { scope: 'row' },
      label,
      ...(isMarked ? [element('span', 'visually-hidden', {}, ' (differs)')] : []),
    ),
    ...cells.map(cellOf),
  );
}

function cellOf({ text, delta, isBest }: Cell): HTMLElement {
  return element(
    'td',
    isBest ? 'is-best' : '',
    { title: text },
    ...(isBest ? [icon('check'), element('span', 'visually-hidden', {}, 'best: ')] : []),
    element('span', 'fact-text', {}, text),
    ...(delta === undefined ? [] : [element('span', 'fact-delta', {}, delta)]),
  );
}
