// The layers card: one row per layer in the order of the forward pass. Only the rows in the window
// exist; the page scrolls, not the card. The selected layer's detail opens beneath its row.
import { type LayerInfo, isFinal } from '../../../src/shared/core/run';
import type { RunView } from '../../../src/shared/protocol/panel';
import { element, setAttribute, setHidden, setText } from '../dom';
import { formatCount, plural } from '../../../src/shared/charts/format';
import { axisTicks, signedAxis } from '../../../src/shared/charts/signedAxis';
import { rowTop, visibleRows } from '../geometry/virtualRows';
import { icon } from '../icons';
import { createCard } from './card';
import { DetailView } from './detailView';
import { LayerRow, type RowLayout } from './layerRow';
import type { Frame, PageActions, View } from './view';
import { findingsOf } from './words';

/** Layers from which on a filter is offered. */
const FILTER_FROM = 13;
/** Row heights in pixels; styles/layers.css has the same numbers. */
const ROW_HEIGHT = 72;
const NARROW_ROW_HEIGHT = 124;
/** Width of the card below which a row takes two lines. */
const NARROW_BELOW = 720;
/** The page's header and the list's cover about this much of the window's top. */
const HEADER_HEIGHT = 132;
const MIN_TICK_GAP = 40;
const NOTHING: RowLayout = { histogramWidth: 0, heatWidth: 0, sparkWidth: 0, height: 0 };

export class LayersView implements View {
  readonly root: HTMLElement;
  private readonly card = createCard('layers', 'Layers');
  private readonly filter = element('input', 'filter', {
    type: 'search',
    placeholder: 'Filter layers',
    'aria-label': 'Filter layers by name or class',
  });
  private readonly filterBox = element('label', 'filter-box', {}, icon('search'), this.filter);
  private readonly head = element('div', 'layer-head', { role: 'row', 'aria-rowindex': 1 });
  private readonly ticks = element('div', 'axis-ticks', { 'aria-hidden': 'true' });
  private readonly histogramHead = element('span', 'column-label');
  private readonly heatHead = element('span', 'column-label');
  private readonly rows = element('div', 'layer-rows', { role: 'rowgroup' });
  private readonly grid = element('div', 'layer-grid', { role: 'grid', 'aria-label': 'Layers' });
  private readonly none = element('p', 'plot-empty');
  private readonly pool = new Map<string, LayerRow>();
  private readonly spare: LayerRow[] = [];
  private readonly detail: DetailView;
  private layout: RowLayout | undefined;
  private measured = '';
  private shown: readonly LayerInfo[] = [];
  private focused: string | undefined;
  private detailHeight = 0;

  constructor(private readonly actions: PageActions) {
    this.root = this.card.root;
    this.detail = new DetailView(actions);
    this.card.tools.append(this.filterBox);
    const column = (className: string, ...children: (Node | string)[]): HTMLElement =>
      element('div', `cell ${className}`, { role: 'columnheader' }, ...children);
    this.head.append(
      column('cell-name', 'Layer'),
      column('cell-norm', 'Gradient norm'),
      column('cell-ratio', 'Update'),
      column('cell-histogram', this.histogramHead, this.ticks),
      column('cell-heat', this.heatHead),
    );
    this.rows.append(this.detail.root);
    this.grid.append(this.head, this.rows);
    this.card.body.append(this.none, this.grid);
    this.filter.addEventListener('input', () => actions.change({ filter: this.filter.value }));
    this.rows.addEventListener('click', (event) => this.onClick(event));
    this.rows.addEventListener('keydown', (event) => this.onKey(event));
    this.rows.addEventListener('focusin', (event) => {
      this.focused = rowOf(event.target)?.dataset['layer'] ?? this.focused;
    });
    new ResizeObserver(() => {
      this.detailHeight = this.detail.root.offsetHeight;
      actions.invalidate();
    }).observe(this.detail.root);
  }

  draw(frame: Frame): void {
    const { view } = frame.state;
    // Before anything is known of the layers, the curves card alone says what is going on.
    const early = view !== undefined && view.layers.length === 0 && view.step === 0;
    setHidden(this.root, view === undefined || (early && !isFinal(view.state)));
    if (view === undefined) return;
    const narrow = this.card.body.clientWidth < NARROW_BELOW;
    this.root.classList.toggle('narrow', narrow);
    this.drawFilter(view, frame);
    this.drawEmpty(view);
    setHidden(this.grid, view.layers.length === 0);
    if (view.layers.length === 0) return;
    const rowHeight = narrow ? NARROW_ROW_HEIGHT : ROW_HEIGHT;
    const selected = this.shown.findIndex(({ name }) => name === frame.settings.selectedLayer);
    const layer = this.shown[selected];
    setHidden(this.detail.root, layer === undefined);
    const gap = layer === undefined ? 0 : this.detailHeight;
    setAttribute(this.grid, 'aria-rowcount', this.shown.length + 1);
    this.rows.style.height = `${this.shown.length * rowHeight + gap}px`;
    this.drawRows(frame, view, rowHeight, selected, gap);
    if (layer === undefined) return;
    this.detail.root.style.transform = `translateY(${(selected + 1) * rowHeight}px)`;
    this.detail.draw(frame, layer);
    // Measured here as well: the observer only speaks after the frame.
    this.detailHeight = this.detail.root.offsetHeight;
    if (this.detailHeight !== gap) this.actions.invalidate();
  }

  /** Brings a layer's row into the window, unless it is there. */
  reveal(layer: string): void {
    const index = this.shown.findIndex(({ name }) => name === layer);
    if (index < 0) return;
    const narrow = this.root.classList.contains('narrow');
    const rowHeight = narrow ? NARROW_ROW_HEIGHT : ROW_HEIGHT;
    const inWindow = this.rows.getBoundingClientRect().top + index * rowHeight;
    if (inWindow >= HEADER_HEIGHT && inWindow + rowHeight <= window.innerHeight) return;
    const top = inWindow + window.scrollY;
    const behavior = document.body.classList.contains('vscode-reduce-motion') ? 'auto' : 'smooth';
    window.scrollTo({ top: top - window.innerHeight / 3, behavior });
  }

  private drawFilter(view: RunView, { settings }: Frame): void {
    const offered = view.layers.length >= FILTER_FROM;
    setHidden(this.filterBox, !offered);
    if (document.activeElement !== this.filter) this.filter.value = settings.filter;
    const wanted = offered ? settings.filter.trim().toLowerCase() : '';
    this.shown =
      wanted === ''
        ? view.layers
        : view.layers.filter(({ name, className }) =>
            `${name} ${className}`.toLowerCase().includes(wanted),
          );
    const count = plural(view.layers.length, 'layer');
    const part = wanted === '' ? count : `${this.shown.length} of ${count}`;
    setText(this.card.note, view.layers.length === 0 ? '' : part);
  }

  private drawEmpty(view: RunView): void {
    setHidden(this.none, view.layers.length > 0);
    setText(
      this.none,
      view.step > 0
        ? 'No layer with trainable weights has been seen.'
        : 'No layers: the run ended before its first step.',
    );
  }

  private drawRows(
    frame: Frame,
    view: RunView,
    rowHeight: number,
    selected: number,
    gap: number,
  ): void {
    const top = this.rows.getBoundingClientRect().top;
    const windowed = visibleRows(
      this.shown.length,
      rowHeight,
      top,
      window.innerHeight,
      selected,
      gap,
    );
    const wanted = this.shown.slice(windowed.first, windowed.end);
    const focused = this.shown.find(({ name }) => name === this.focused);
    if (focused !== undefined && !wanted.includes(focused)) wanted.push(focused);
    this.recycle(new Set(wanted.map(({ name }) => name)));
    for (const { name } of wanted) {
      if (!this.pool.has(name)) this.pool.set(name, this.obtain());
    }
    const layout = this.measure(frame.generation);
    const { range, current, histories, curves, version } = frame.state;
    const axis = signedAxis(range, layout.histogramWidth);
    const heatAxis = signedAxis(range, layout.height);
    this.drawHead(frame, layout.histogramWidth);
    for (const layer of wanted) {
      const index = this.shown.indexOf(layer);
      this.pool.get(layer.name)?.draw(
        {
          layer,
          index,
          top: rowTop(index, rowHeight, selected, gap),
          selected: index === selected,
          focusable: focused === undefined ? index === 0 : layer === focused,
          record: current?.layers[layer.name],
          step: current?.step ?? 0,
          cursor: view.cursor,
          norms: curves.gradientNorm[layer.name],
          history: histories.get(layer.name),
          findings: findingsOf(view, layer.name),
          axis,
          heatAxis,
          key: [layer.name, version, frame.generation, this.measured].join(),
        },
        layout,
        frame.theme,
      );
    }
  }

  /** Rows that left the window wait to be used again. */
  private recycle(wanted: ReadonlySet<string>): void {
    for (const [name, row] of this.pool) {
      if (wanted.has(name)) continue;
      this.pool.delete(name);
      setHidden(row.root, true);
      this.spare.push(row);
    }
  }

  private obtain(): LayerRow {
    const row = this.spare.pop() ?? new LayerRow(this.actions);
    setHidden(row.root, false);
    if (row.root.parentElement === null) this.rows.insertBefore(row.root, this.detail.root);
    return row;
  }

  /** All rows have the same widths: one is measured, once per size of the page. */
  private measure(generation: number): RowLayout {
    const key = `${generation}/${this.root.classList.contains('narrow')}/${this.rows.clientWidth}`;
    const first = this.pool.values().next().value;
    // With no row in the window there is nothing to measure yet.
    if (first === undefined) return NOTHING;
    if (this.layout === undefined || this.measured !== key) {
      this.layout = first.measure();
      this.measured = key;
    }
    return this.layout;
  }

  private drawHead({ state: { range, curves, view } }: Frame, width: number): void {
    const { cursor } = view ?? {};
    setText(
      this.histogramHead,
      cursor === undefined ? 'Gradient now' : `Gradient at step ${formatCount(cursor.step)}`,
    );
    const last = curves.step.buffer[curves.step.length - 1] ?? 0;
    setText(this.heatHead, last === 0 ? 'Over the steps' : 'Over the steps →');
    const key = `${range?.join() ?? ''}/${width}`;
    if (this.ticks.dataset['key'] === key) return;
    this.ticks.dataset['key'] = key;
    const ticks = axisTicks(signedAxis(range, width), MIN_TICK_GAP).map(({ at, label }) => {
      const tick = element('span', '', {}, label);
      tick.style.left = `${at.toFixed(1)}px`;
      return tick;
    });
    this.ticks.replaceChildren(...ticks);
  }

  private onClick(event: MouseEvent): void {
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest('button') !== null) return;
    const layer = rowOf(event.target)?.dataset['layer'];
    if (layer !== undefined) this.toggle(layer);
  }

  private toggle(layer: string): void {
    const row = this.pool.get(layer);
    this.actions.select(row?.root.getAttribute('aria-selected') === 'true' ? undefined : layer);
  }

  /** Up and down walk the rows, Enter opens the detail, F12 the source, Escape closes. */
  private onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      this.actions.select(undefined);
      this.focusRow(this.shown.findIndex(({ name }) => name === this.focused));
      return;
    }
    const row = rowOf(event.target);
    if (row === undefined || row !== event.target) return;
    const layer = row.dataset['layer'] ?? '';
    const index = this.shown.findIndex(({ name }) => name === layer);
    const last = this.shown.length - 1;
    if (event.key === 'ArrowDown') this.focusRow(Math.min(last, index + 1));
    else if (event.key === 'ArrowUp') this.focusRow(Math.max(0, index - 1));
    else if (event.key === 'Home') this.focusRow(0);
    else if (event.key === 'End') this.focusRow(last);
    else if (event.key === 'Enter' || event.key === ' ') this.toggle(layer);
    else if (event.key === 'F12') this.actions.post({ type: 'reveal', target: { layer } });
    else return;
    event.preventDefault();
  }

  /** The row may not exist yet: it does after the next frame. */
  private focusRow(index: number): void {
    const layer = this.shown[index];
    if (layer === undefined) return;
    this.focused = layer.name;
    this.actions.invalidate();
    requestAnimationFrame(() => {
      const row = this.pool.get(layer.name)?.root;
      row?.focus({ preventScroll: true });
      row?.scrollIntoView({ block: 'nearest' });
    });
  }
}

function rowOf(target: EventTarget | null): HTMLElement | undefined {
  const row = target instanceof Element ? target.closest('.layer-row') : null;
  return row instanceof HTMLElement ? row : undefined;
}
