// The map card: log10 of the gradient norm of every layer at every step, with a legend that can be
// read off, and a read-out under the pointer. A click selects the layer.
import type { ShownStep } from '../../../src/shared/protocol/panel';
import { element, setHidden, setText } from '../dom';
import { formatCount, formatValue } from '../../../src/shared/charts/format';
import {
  MISSING,
  type NormMap,
  NOT_FINITE,
  normMap,
  stepPosition,
  stepsOfColumn,
} from '../../../src/shared/charts/normMap';
import { paintLayerNames } from '../paint/layerNames';
import { paintCursor } from '../paint/marks';
import { paintNormMap } from '../paint/normMapPaint';
import { createCanvas, describe, prepare } from '../paint/surface';
import type { Theme } from '../paint/theme';
import { normMapPicture } from '../export/pictures';
import { saveButton } from '../export/saveButton';
import { createCard } from './card';
import { DataTable, spread } from './dataTable';
import { MapLegend } from './mapLegend';
import { Pacing } from './pacing';
import type { Frame, PageActions, View } from './view';

/** Widest column of layer names, and the room between it and the cells, in pixels. */
const NAMES_WIDTH = 112;
const NAMES_GAP = 8;
const AXIS_HEIGHT = 20;
/** Cells across at most: finer is not seen. */
const MAX_CELLS = 320;
const TABLE_STEPS = 8;

export class NormMapView implements View {
  readonly root: HTMLElement;
  private readonly card = createCard('map', 'Gradient norm by layer and step');
  private readonly readout = element('p', 'readout');
  private readonly plot = element('div', 'plot plot-map');
  private readonly canvas = createCanvas('map');
  private readonly legend = new MapLegend();
  private readonly table: DataTable;
  private readonly pacing: Pacing;
  private map: NormMap | undefined;
  private drawn = '';
  private hover: { row: number; column: number } | undefined;
  private names: string[] = [];
  private shown: Frame | undefined;

  constructor(private readonly actions: PageActions) {
    this.root = this.card.root;
    this.pacing = new Pacing(this.root, () => actions.invalidate());
    this.table = new DataTable('map', () => actions.invalidate());
    const save = saveButton('the map', actions, () => this.shown && normMapPicture(this.shown));
    this.card.tools.append(this.table.toggle, save);
    this.canvas.tabIndex = 0;
    this.plot.append(this.canvas);
    this.card.body.append(this.readout, this.plot, this.legend.root, this.table.root);
    this.canvas.addEventListener('pointermove', (event) => this.point(event));
    this.canvas.addEventListener('pointerleave', () => this.setHover(undefined));
    this.canvas.addEventListener('blur', () => this.setHover(undefined));
    this.canvas.addEventListener('click', () => this.choose());
    this.canvas.addEventListener('keydown', (event) => this.onKey(event));
  }

  draw(frame: Frame): void {
    const { state, theme } = frame;
    const layers = state.view?.layers ?? [];
    setHidden(this.root, layers.length === 0 || state.curves.step.length === 0);
    if (this.root.hidden) return;
    this.shown = frame;
    const width = this.plot.clientWidth;
    const drawn = [
      state.version,
      frame.generation,
      width,
      this.hover?.row,
      this.hover?.column,
    ].join();
    this.table.draw(() => tableOf(this.map));
    if (drawn === this.drawn || !this.pacing.isDue()) return;
    this.drawn = drawn;
    this.names = layers.map((layer) => layer.name);
    const cellsWidth = Math.max(40, width - this.namesWidth(width) - NAMES_GAP);
    const cells = Math.min(MAX_CELLS, Math.floor(cellsWidth / 2));
    this.map = normMap(this.names, state.curves, cells);
    this.paint(this.map, width, theme, state.view?.cursor);
    this.legend.draw(this.map, theme, frame.generation);
    this.drawReadout(this.map);
    describe(this.canvas, summary(this.map));
  }

  private namesWidth(width: number): number {
    return width < 420 ? 80 : NAMES_WIDTH;
  }

  /** 40 pixels a layer for few layers, down to 3 for many: the whole depth stays in one view. */
  private rowHeight(): number {
    return Math.max(3, Math.min(40, Math.floor(220 / this.names.length)));
  }

  private paint(map: NormMap, width: number, theme: Theme, cursor?: ShownStep): void {
    const rowHeight = this.rowHeight();
    const height = rowHeight * map.layers.length;
    const names = this.namesWidth(width);
    const left = names + NAMES_GAP;
    this.canvas.style.height = `${height + AXIS_HEIGHT}px`;
    const context = prepare(this.canvas, width, height + AXIS_HEIGHT);
    if (context === undefined) return;
    paintNormMap(context, map, left, width - left, height, theme);
    paintLayerNames(
      context,
      map.layers,
      { width: names, rowHeight, hovered: this.hover?.row },
      theme,
    );
    context.fillStyle = theme.muted;
    context.textBaseline = 'bottom';
    context.textAlign = 'left';
    context.fillText(`step ${formatCount(map.firstStep)}`, left, height + AXIS_HEIGHT);
    context.textAlign = 'right';
    context.fillText(formatCount(map.lastStep), width, height + AXIS_HEIGHT);
    if (cursor !== undefined) {
      const at = left + stepPosition(map, cursor.step) * (width - left);
      const row = map.layers.indexOf(cursor.layer ?? '');
      paintCursor(context, at, 0, height, theme, row < 0 ? undefined : (row + 0.5) * rowHeight);
    }
    if (this.hover === undefined) return;
    context.strokeStyle = theme.focus;
    context.lineWidth = theme.highContrast ? 2 : 1.5;
    const cell = (width - left) / map.columns;
    const x = left + this.hover.column * cell;
    context.strokeRect(left, this.hover.row * rowHeight + 0.5, width - left - 1, rowHeight - 1);
    context.fillStyle = theme.foreground;
    context.fillRect(x, height, Math.max(2, cell), 4);
  }

  private drawReadout(map: NormMap): void {
    const { hover } = this;
    const layer = hover === undefined ? undefined : map.layers[hover.row];
    if (hover === undefined || layer === undefined || map.columns === 0) {
      setText(this.readout, 'L2 norm of each layer’s gradient, first layer on top');
      return;
    }
    const [from, to] = stepsOfColumn(map, hover.column);
    const value = map.cells[hover.row * map.columns + hover.column] ?? MISSING;
    const steps =
      from === to ? `step ${formatCount(from)}` : `steps ${formatCount(from)}–${formatCount(to)}`;
    setText(this.readout, `${layer} · ${steps} · ${cellWords(value)}`);
  }

  private point(event: PointerEvent): void {
    const { map } = this;
    if (map === undefined || map.columns === 0) return;
    const left = this.namesWidth(this.plot.clientWidth) + NAMES_GAP;
    const row = Math.floor(event.offsetY / this.rowHeight());
    const share = (event.offsetX - left) / (this.plot.clientWidth - left);
    const column = Math.min(map.columns - 1, Math.max(0, Math.floor(share * map.columns)));
    this.setHover(row >= 0 && row < map.layers.length ? { row, column } : undefined);
  }

  private onKey(event: KeyboardEvent): void {
    const { map } = this;
    if (map === undefined || map.columns === 0) return;
    const { row, column } = this.hover ?? { row: 0, column: map.columns - 1 };
    const stride = event.shiftKey ? 10 : 1;
    const clamp = (value: number, count: number): number => Math.max(0, Math.min(count - 1, value));
    const to = (rows: number, columns: number): void =>
      this.setHover({
        row: clamp(row + rows * stride, map.layers.length),
        column: clamp(column + columns * stride, map.columns),
      });
    if (event.key === 'ArrowUp') to(-1, 0);
    else if (event.key === 'ArrowDown') to(1, 0);
    else if (event.key === 'ArrowLeft') to(0, -1);
    else if (event.key === 'ArrowRight') to(0, 1);
    else if (event.key === 'Enter' || event.key === ' ') this.choose();
    else if (event.key === 'Escape') this.setHover(undefined);
    else return;
    event.preventDefault();
  }

  private choose(): void {
    const layer = this.hover === undefined ? undefined : this.names[this.hover.row];
    if (layer !== undefined) this.actions.select(layer);
  }

  private setHover(hover: { row: number; column: number } | undefined): void {
    if (hover?.row === this.hover?.row && hover?.column === this.hover?.column) return;
    this.hover = hover;
    this.actions.invalidate();
  }
}

function cellWords(value: number): string {
  if (Number.isNaN(value)) return 'NaN or infinity';
  if (value === MISSING) return 'not updated';
  return `norm ${formatValue(10 ** value)}`;
}

function summary(map: NormMap): string {
  const newest = (row: number): number => map.cells[(row + 1) * map.columns - 1] ?? MISSING;
  const first = `${map.layers[0] ?? ''} ${cellWords(newest(0))}`;
  const last = `${map.layers.at(-1) ?? ''} ${cellWords(newest(map.layers.length - 1))}`;
  const bad = map.layers.filter((_, row) => Object.is(newest(row), NOT_FINITE)).length;
  const worst = bad === 0 ? '' : `; ${bad} layers not finite`;
  return `Gradient norm of ${map.layers.length} layers over steps ${map.firstStep} to ${map.lastStep}. Now: first layer ${first}, last layer ${last}${worst}`;
}

function tableOf(map: NormMap | undefined) {
  if (map === undefined) return { caption: '', columns: [], rows: [] };
  const columns = spread(map.columns, TABLE_STEPS);
  return {
    caption: 'Gradient norm by layer (rows) and step (columns)',
    columns: [
      'Layer',
      ...columns.map((column) => `Step ${formatCount(stepsOfColumn(map, column)[1])}`),
    ],
    rows: map.layers.map((layer, row) => [
      layer,
      ...columns.map((column) =>
        cellWords(map.cells[row * map.columns + column] ?? MISSING).replace('norm ', ''),
      ),
    ]),
  };
}
