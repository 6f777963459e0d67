// The maps card: the gradient norms of all shown runs side by side, on one scale, one axis and the same rows. A cell
// under the pointer or the keys is pointed out in every map.
import { element, keepInStep, setHidden } from '../dom';
import { formatValue } from '../../../src/shared/charts/format';
import { MISSING } from '../../../src/shared/charts/normMap';
import { paintLayerNames } from '../paint/layerNames';
import { paintNormMap } from '../paint/normMapPaint';
import { createCanvas, describe, prepare } from '../paint/surface';
import type { Theme } from '../paint/theme';
import { createCard } from '../views/card';
import { DataTable, type TableData } from '../views/dataTable';
import { MapLegend } from '../views/mapLegend';
import type { CompareActions, CompareFrame, CompareView, DrawnRun } from './frame';
import { alignedMaps, cellAt, unionLayers, type RunMap } from './maps';
import { swatch } from './runStyle';
import { axisWords, endOf } from './series';

const NAMES_WIDTH = 104;
const NAMES_GAP = 6;
/** Cells across the axis at most. */
const MAX_CELLS = 200;
/** Height that a map takes for few layers, and of a row at least and at most, in pixels. */
const MAP_HEIGHT = 160;
const LEAST_ROW = 2;
const MOST_ROW = 28;

/** A map with its caption. */
class MapFigure {
  readonly canvas = createCanvas('map');
  private readonly caption = element('figcaption', 'map-caption');
  readonly root = element('figure', 'map-figure', {}, this.caption, this.canvas);

  constructor() {
    this.canvas.tabIndex = 0;
  }

  name({ style, name, series, run }: DrawnRun, own: RunMap | undefined): void {
    const note = own
      ? ''
      : run.isLoading
        ? 'reading…'
        : series
          ? 'no gradients recorded'
          : 'not read';
    this.caption.replaceChildren(
      swatch(style),
      element('span', 'readout-name', { title: name }, name),
      element('span', 'card-note', {}, note),
    );
    setHidden(this.canvas, own === undefined);
  }
}

export class MapsView implements CompareView {
  readonly root: HTMLElement;
  private readonly card = createCard('maps', 'Gradient norm by layer');
  private readonly readout = element('ul', 'readout compare-readout');
  private readonly grid = element('div', 'map-grid');
  private readonly legend = new MapLegend();
  private readonly table: DataTable;
  private readonly figures = new Map<string, MapFigure>();
  private readonly nodes = new Map<string, HTMLElement>();
  private layers: string[] = [];
  private maps: (RunMap | undefined)[] = [];
  private hover: { row: number; share: number } | undefined;
  private drawn = '';

  constructor(private readonly actions: CompareActions) {
    this.root = this.card.root;
    this.table = new DataTable('maps', () => actions.invalidate());
    this.card.tools.append(this.table.toggle);
    this.card.body.append(this.readout, this.grid, this.legend.root, this.table.root);
  }

  draw(frame: CompareFrame): void {
    const { shown, settings, theme } = frame;
    setHidden(
      this.root,
      shown.every(({ run }) => run.layers.length === 0),
    );
    if (this.root.hidden) return;
    this.keepFigures(shown);
    this.table.draw(() => this.tableOf(frame));
    const drawn = JSON.stringify([
      ...[frame.state.version, frame.generation, this.grid.clientWidth, settings.alignment],
      ...[settings.hidden, this.hover ?? null],
    ]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.layers = unionLayers(shown.map(({ run }) => run));
    const width = this.figures.values().next().value?.root.clientWidth ?? 0;
    const cells = Math.min(MAX_CELLS, Math.max(20, Math.floor((width - NAMES_WIDTH) / 2)));
    const series = shown.map((run) => run.series);
    this.maps = alignedMaps(this.layers, series, settings.alignment, cells);
    shown.forEach((run, i) => this.paint(run, this.maps[i], theme));
    const scale = this.maps.find((own) => own)?.map;
    setHidden(this.legend.root, scale === undefined);
    if (scale) this.legend.draw(scale, theme, frame.generation);
    this.drawReadout(frame);
  }

  private keepFigures(shown: readonly DrawnRun[]): void {
    keepInStep(
      this.grid,
      this.nodes,
      shown,
      ({ id }) => id,
      ({ id }) => {
        const figure = new MapFigure();
        this.figures.set(id, figure);
        const { canvas } = figure;
        canvas.addEventListener('pointermove', (event) => this.point(event, canvas));
        canvas.addEventListener('pointerleave', () => this.setHover(undefined));
        canvas.addEventListener('blur', () => this.setHover(undefined));
        canvas.addEventListener('keydown', (event) => this.onKey(event));
        canvas.addEventListener('click', () => this.choose());
        return figure.root;
      },
      () => undefined,
    );
    for (const id of this.figures.keys()) if (!this.nodes.has(id)) this.figures.delete(id);
  }

  private get rowHeight(): number {
    const fitting = Math.floor(MAP_HEIGHT / Math.max(1, this.layers.length));
    return Math.max(LEAST_ROW, Math.min(MOST_ROW, fitting));
  }

  private paint(run: DrawnRun, own: RunMap | undefined, theme: Theme): void {
    const figure = this.figures.get(run.id);
    if (!figure) return;
    figure.name(run, own);
    if (!own) return;
    const { canvas } = figure;
    const { rowHeight } = this;
    const width = figure.root.clientWidth;
    const height = rowHeight * this.layers.length;
    canvas.style.height = `${height}px`;
    const context = prepare(canvas, width, height);
    if (context === undefined) return;
    const left = NAMES_WIDTH + NAMES_GAP;
    const across = width - left;
    context.fillStyle = theme.track;
    context.fillRect(left, 0, across, height);
    const [from, wide] = [left + own.from * across, (own.to - own.from) * across];
    paintNormMap(context, own.map, from, wide, height, theme);
    paintLayerNames(
      context,
      this.layers,
      { width: NAMES_WIDTH, rowHeight, hovered: this.hover?.row },
      theme,
    );
    describe(canvas, this.summary(run, own));
    if (!this.hover) return;
    context.strokeStyle = theme.focus;
    context.lineWidth = theme.highContrast ? 2 : 1.5;
    context.strokeRect(left, this.hover.row * rowHeight + 0.5, across - 1, rowHeight - 1);
    context.fillStyle = theme.foreground;
    context.fillRect(left + this.hover.share * across, 0, 1.5, height);
  }

  private drawReadout({ shown, settings: { alignment } }: CompareFrame): void {
    const { hover } = this;
    if (!hover) {
      const end = Math.max(
        0,
        ...shown.flatMap(({ series }) => (series ? [endOf(series, alignment)] : [])),
      );
      this.readout.replaceChildren(
        element(
          'li',
          'readout-place',
          {},
          `L2 norm, first layer on top; to ${axisWords(end, alignment)}`,
        ),
      );
      return;
    }
    const begins = shown.flatMap(({ series }) => {
      const axis = alignment === 'step' ? series?.norms.step : series?.norms.seconds;
      return axis?.[0] ?? [];
    });
    const ends = shown.flatMap(({ series }) => (series ? [endOf(series, alignment)] : []));
    const begin = Math.min(...begins);
    const at = begin + hover.share * (Math.max(...ends) - begin);
    this.readout.replaceChildren(
      element(
        'li',
        'readout-place',
        {},
        `${this.layers[hover.row] ?? ''}, ${axisWords(at, alignment)}`,
      ),
      ...shown.flatMap((run, i) => {
        const own = this.maps[i];
        if (!own) return [];
        return element(
          'li',
          '',
          {},
          swatch(run.style),
          element('b', '', {}, cellWords(cellAt(own, hover.row, hover.share))),
        );
      }),
    );
  }

  private summary({ name }: DrawnRun, { map }: RunMap): string {
    const newest = (row: number): string =>
      cellWords(map.cells[(row + 1) * map.columns - 1] ?? MISSING);
    const last = this.layers.length - 1;
    return `Gradient norm of ${name} by layer. Newest: first layer ${newest(0)}, last layer ${newest(last)}`;
  }

  private tableOf({ shown }: CompareFrame): TableData {
    return {
      caption: 'Newest gradient norm by layer (rows) and run (columns)',
      columns: ['Layer', ...shown.map(({ name }) => name)],
      rows: this.layers.map((layer, row) => [
        layer,
        ...this.maps.map((own) => (own ? cellWords(cellAt(own, row, own.to - 1e-9)) : '–')),
      ]),
    };
  }

  private point(event: PointerEvent, canvas: HTMLCanvasElement): void {
    const left = NAMES_WIDTH + NAMES_GAP;
    const share = (event.offsetX - left) / Math.max(1, canvas.clientWidth - left);
    const row = Math.floor(event.offsetY / this.rowHeight);
    const isInside = row >= 0 && row < this.layers.length;
    this.setHover(isInside ? { row, share: Math.min(0.9999, Math.max(0, share)) } : undefined);
  }

  private onKey(event: KeyboardEvent): void {
    const { row, share } = this.hover ?? { row: 0, share: 0.9999 };
    const stride = event.shiftKey ? 10 : 1;
    const to = (rows: number, columns: number): void =>
      this.setHover({
        row: Math.max(0, Math.min(this.layers.length - 1, row + rows * stride)),
        share: Math.max(0, Math.min(0.9999, share + (columns * stride) / 100)),
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

  /** The histograms show the layer. */
  private choose(): void {
    const layer = this.hover && this.layers[this.hover.row];
    if (layer !== undefined) this.actions.change({ layer });
  }

  private setHover(hover: { row: number; share: number } | undefined): void {
    if (hover?.row === this.hover?.row && hover?.share === this.hover?.share) return;
    this.hover = hover;
    this.actions.invalidate();
  }
}

function cellWords(value: number): string {
  if (Number.isNaN(value)) return 'NaN or infinity';
  if (value === MISSING) return '–';
  return formatValue(10 ** value);
}
