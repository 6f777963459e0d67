// The trials as a table: sorted by any column, each opened by its number; ticked ones can be compared.
import type { ShownSweep, ShownTrial } from '../../../src/shared/protocol/experiment';
import { element, keepInStep, setAttribute, setText } from '../dom';
import { formatCount, formatValue } from '../../../src/shared/charts/format';
import { icon, setIcon } from '../icons';
import { createCard } from '../views/card';
import { shortName, TRIAL_ICONS, TRIAL_WORDS, valueWord } from './words';

/** What the table asks of the page. */
export interface TableActions {
  highlight(trial: number | undefined): void;
  open(trial: number): void;
  /** Another trial was ticked. */
  chosen(): void;
}

type Key = number | string | undefined;

interface Column {
  id: string;
  title: string;
  text(trial: ShownTrial): string;
  key(trial: ShownTrial): Key;
  /** Numbers stand at the right. */
  isNumber: boolean;
}

const optional = (value: number | undefined): string =>
  value === undefined ? '–' : formatValue(value);

function columnsOf({ objective, parameters, unit }: ShownSweep): Column[] {
  const number = (
    id: string,
    title: string,
    value: (trial: ShownTrial) => number | undefined,
    text: (trial: ShownTrial) => string = (trial) => optional(value(trial)),
  ): Column => ({ id, title, text, key: value, isNumber: true });
  return [
    number('number', 'Trial', ({ number: value }) => value),
    { id: 'state', title: 'State', text: ({ state }) => TRIAL_WORDS[state], key: ({ state }) => state, isNumber: false }, // prettier-ignore
    number('value', objective.metric, ({ value }) => value),
    ...parameters.map(({ name, values }): Column => ({
      id: `p:${name}`,
      title: shortName(name),
      text: ({ values: given }) => valueWord(given[name]),
      key: ({ values: given }) => {
        const value = given[name];
        return typeof value === 'boolean' ? String(value) : value;
      },
      isNumber: !values?.some((value) => typeof value !== 'number'),
    })),
    number('trained', unit === 'epochs' ? 'Epochs' : 'Steps', ({ trained }) => trained, ({ trained }) => formatCount(trained)), // prettier-ignore
    number('bestLoss', 'Best loss', ({ bestLoss }) => bestLoss),
    number('lastLoss', 'Last loss', ({ lastLoss }) => lastLoss),
    { id: 'worst', title: 'Worst finding', text: ({ worst, message }) => message ?? worst?.message ?? '', key: ({ worst }) => worst?.severity, isNumber: false }, // prettier-ignore
  ];
}

interface Row extends HTMLTableRowElement {
  trial?: number;
}

export class TrialsTable {
  readonly root: HTMLElement;
  private readonly table = element('table', 'trials');
  private readonly head = element('tr');
  private readonly body = element('tbody');
  private readonly rows = new Map<string, Row>();
  private readonly ticked = new Set<number>();
  private readonly note: HTMLElement;
  private columns: Column[] = [];
  private columnIds = '';
  private sweep: ShownSweep | undefined;
  /** Undefined: by the objective, best first. */
  private order: { id: string; isDown: boolean } | undefined;
  private highlighted: number | undefined;

  constructor(private readonly actions: TableActions) {
    const card = createCard('trials', 'Trials');
    this.root = card.root;
    this.note = card.note;
    this.table.append(element('thead', '', {}, this.head), this.body);
    this.table.setAttribute('aria-labelledby', 'trials-title');
    card.body.append(element('div', 'trials-scroll', { tabindex: 0, role: 'region', 'aria-labelledby': 'trials-title' }, this.table)); // prettier-ignore
    this.body.addEventListener('pointerover', ({ target }) => {
      const row = target instanceof Element ? target.closest<Row>('tr') : null;
      this.actions.highlight(row?.trial);
    });
    this.body.addEventListener('pointerleave', () => this.actions.highlight(undefined));
    this.body.addEventListener('focusin', ({ target }) => {
      const row = target instanceof Element ? target.closest<Row>('tr') : null;
      this.actions.highlight(row?.trial);
    });
    this.body.addEventListener('click', ({ target }) => {
      if (!(target instanceof Element) || target.closest('input')) return;
      const trial = target.closest<Row>('tr')?.trial;
      if (trial !== undefined) this.actions.open(trial);
    });
  }

  /** Ticked trials, in the order of their numbers. */
  get chosen(): readonly number[] {
    return [...this.ticked].sort((a, b) => a - b);
  }

  show(sweep: ShownSweep): void {
    this.sweep = sweep;
    this.columns = columnsOf(sweep);
    const ids = this.columns.map(({ id, title }) => `${id}=${title}`).join();
    if (ids !== this.columnIds) {
      this.columnIds = ids;
      this.buildHead();
      this.rows.clear();
      this.body.replaceChildren();
    }
    const { length } = sweep.trials;
    setText(this.note, length === 0 ? 'The first trial begins soon' : '');
    this.fill();
  }

  highlight(trial: number | undefined): void {
    if (trial === this.highlighted) return;
    this.highlighted = trial;
    for (const row of this.rows.values()) this.mark(row);
  }

  private buildHead(): void {
    const cells = this.columns.map(({ id, title, isNumber }) => {
      const sort = element('button', 'sort', { type: 'button' }, title);
      sort.addEventListener('click', () => this.sortBy(id));
      return element('th', isNumber ? 'number' : '', { scope: 'col', 'data-column': id }, sort);
    });
    const tick = element('th', 'tick', { scope: 'col' });
    tick.append(element('span', 'visually-hidden', {}, 'Compare'));
    this.head.replaceChildren(tick, ...cells);
    this.markHead();
  }

  private sortBy(id: string): void {
    this.order = this.order?.id === id ? { id, isDown: !this.order.isDown } : { id, isDown: false };
    this.markHead();
    this.fill();
  }

  private markHead(): void {
    const { id, isDown } = this.order ?? { id: 'value', isDown: this.isMaximized };
    for (const cell of this.head.children) {
      const isSorted = cell.getAttribute('data-column') === id;
      setAttribute(cell, 'aria-sort', isSorted ? (isDown ? 'descending' : 'ascending') : undefined);
    }
  }

  private get isMaximized(): boolean {
    return this.sweep?.objective.direction === 'maximize';
  }

  private fill(): void {
    const { sweep } = this;
    if (!sweep) return;
    keepInStep(
      this.body,
      this.rows,
      this.sorted(sweep.trials),
      ({ number }) => String(number),
      (trial) => this.createRow(trial),
      (row, trial) => this.updateRow(row, trial),
    );
  }

  /** What has no value comes last, whichever way the others go. */
  private sorted(trials: readonly ShownTrial[]): ShownTrial[] {
    const { id, isDown } = this.order ?? { id: 'value', isDown: this.isMaximized };
    const column = this.columns.find((one) => one.id === id);
    if (!column) return [...trials];
    const sign = isDown ? -1 : 1;
    return trials.toSorted((a, b) => {
      const [x, y] = [column.key(a), column.key(b)];
      if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined) || a.number - b.number; // prettier-ignore
      if (typeof x === 'number' && typeof y === 'number') return sign * (x - y) || a.number - b.number; // prettier-ignore
      return sign * String(x).localeCompare(String(y)) || a.number - b.number;
    });
  }

  private createRow({ number }: ShownTrial): Row {
    const row: Row = element('tr');
    row.trial = number;
    const box = element('input', '', { type: 'checkbox', 'aria-label': `Compare trial ${number}` });
    box.addEventListener('change', () => {
      if (box.checked) this.ticked.add(number);
      else this.ticked.delete(number);
      this.actions.chosen();
    });
    row.append(element('td', 'tick', {}, box));
    for (const { id, isNumber } of this.columns) {
      if (id === 'number') {
        const open = element('button', 'link', { type: 'button', title: `Open the run of trial ${number}` }); // prettier-ignore
        row.append(element('th', 'number', { scope: 'row' }, open));
      } else if (id === 'state') {
        row.append(element('td', 'trial-state', {}, element('span')));
      } else {
        row.append(element('td', isNumber ? 'number' : id === 'worst' ? 'worst' : ''));
      }
    }
    return row;
  }

  private updateRow(row: Row, trial: ShownTrial): void {
    this.columns.forEach((column, i) => {
      const cell = row.children[i + 1];
      if (!(cell instanceof HTMLElement)) return;
      const text = column.text(trial);
      const holder = column.id === 'number' || column.id === 'state' ? cell.lastElementChild : cell;
      if (holder) setText(holder, text);
      if (column.id === 'state') {
        setIcon(cell, TRIAL_ICONS[trial.state]);
        setAttribute(cell, 'data-state', trial.state);
      }
      if (column.id === 'worst') {
        setAttribute(cell, 'title', text);
        setAttribute(cell, 'data-severity', trial.message === undefined ? trial.worst?.severity : 'error'); // prettier-ignore
      }
    });
    const isBest = trial.number === this.sweep?.best;
    setAttribute(row, 'data-best', isBest);
    const label = row.querySelector('th');
    const mark = label?.querySelector('.best-mark');
    if (isBest && label && !mark) {
      label.prepend(element('span', 'best-mark', { title: 'Best trial' }, icon('check'), element('span', 'visually-hidden', {}, 'Best: '))); // prettier-ignore
    } else if (!isBest) mark?.remove();
    this.mark(row);
  }

  private mark(row: Row): void {
    setAttribute(row, 'data-highlighted', row.trial === this.highlighted);
  }
}
