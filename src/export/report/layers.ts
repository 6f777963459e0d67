// The layers of a report: what each is, its newest numbers, and its gradient at the first, a middle and the last step.
import { formatCount, formatRatio, formatShare, formatValue } from '../../shared/charts/format';
import { histogramPicture } from '../../shared/charts/histogramPicture';
import { CSS_PALETTE } from '../../shared/charts/palette';
import { signedAxis } from '../../shared/charts/signedAxis';
import { escapeText } from '../../shared/charts/svg';
import { hasElements } from '../../shared/core/absent';
import {
  columnOf,
  rangeOf,
  unionRange,
  type OctaveRange,
} from '../../shared/core/histogramHistory';
import type { LayerInfo } from '../../shared/core/run';
import type { StepRecord, TensorSummary } from '../../shared/core/stepRecord';
import type { ExportedRun } from '../exportedRun';
import { normOf, updateRatioOf } from '../quantities';
import { placeWords } from './findings';
import { el, section } from './html';

const WIDTH = 200;
const HEIGHT = 44;
const TICK_GAP = 50;
/** Layers whose histograms are drawn: 1 MB of pictures. */
const MAX_DRAWN = 300;

/** The first kept record, the one nearest to the middle, and the last. */
export function threeRecords(records: readonly StepRecord[]): StepRecord[] {
  const [first] = records;
  const last = records.at(-1);
  if (!first || !last) return [];
  const middle = (first.step + last.step) / 2;
  const distance = ({ step }: StepRecord): number => Math.abs(step - middle);
  const nearest = records.reduce((a, b) => (distance(b) < distance(a) ? b : a));
  return [...new Set([first, nearest, last])];
}

/** The newest kept record with the layer: the program may train parts in turn. */
function newestOf(records: readonly StepRecord[], layer: string): StepRecord | undefined {
  return records.findLast((record) => record.layers[layer] !== undefined);
}

function number(text: string, isBad = false): string {
  return el('td', isBad ? 'number bad' : 'number', escapeText(text));
}

function value(of: number | undefined, format = formatValue): string {
  return number(of === undefined ? '–' : format(of), of !== undefined && !Number.isFinite(of));
}

/** How many records from the end on are looked through for a layer: reading one unpacks it. */
const LOOKED_AT = 64;

function statistics(layer: LayerInfo, records: readonly StepRecord[]): string {
  const record = newestOf(records.slice(-LOOKED_AT), layer.name)?.layers[layer.name];
  const parameters = layer.tensors.reduce(
    (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
    0,
  );
  const place = layer.location && placeWords(layer.location);
  const kind = [layer.className, layer.activation, place].filter((word) => word !== undefined);
  const cells = [
    el('td', 'name', escapeText(layer.name), el('div', 'small', escapeText(kind.join(' · ')))),
    number(layer.tensors.length === 0 ? '–' : formatCount(parameters)),
  ];
  if (!record) {
    const why = layer.leftOutOf ? 'never trained' : 'not recorded';
    return el('tr', '', ...cells, el('td', 'small', why), ...Array<string>(4).fill(number('–')));
  }
  const { gradient, weight, deadUnits, saturatedUnits } = record;
  const share = (of: number | undefined): string =>
    number(of === undefined ? '–' : formatShare(of));
  return el(
    'tr',
    '',
    ...cells,
    value(normOf(gradient)),
    value(normOf(weight)),
    value(updateRatioOf(record), formatRatio),
    share(deadUnits),
    share(saturatedUnits),
  );
}

/** The table of all layers as a section; empty where there is none. */
export function layersSection({ view, history }: ExportedRun): string {
  if (view.layers.length === 0) return '';
  const heads = ['Parameters', 'Gradient norm', 'Weight norm', 'Update ratio', 'Dead', 'Saturated'];
  const head = el(
    'tr',
    '',
    el('th', '', 'Layer'),
    ...heads.map((words) => el('th', 'number', words)),
  );
  const { records } = history;
  const rows = view.layers.map((layer) => statistics(layer, records));
  const table = el('table', '', el('thead', '', head), el('tbody', '', ...rows));
  return section('Layers', el('div', 'scroll', table));
}

/** Gradients at three steps, all on one axis, as a section; empty where no histogram was recorded. */
export function histogramsSection({ view, history }: ExportedRun): string {
  const records = threeRecords(history.records);
  const isDrawn = (summary: TensorSummary | undefined): summary is TensorSummary =>
    summary !== undefined && hasElements(summary);
  const layers = view.layers.filter(({ name }) =>
    records.some((record) => isDrawn(record.layers[name]?.gradient)),
  );
  if (layers.length === 0) return '';
  const drawn = layers.slice(0, MAX_DRAWN);
  let range: OctaveRange;
  for (const { name } of drawn) {
    for (const { layers: of } of records) {
      const gradient = of[name]?.gradient;
      if (gradient) range = unionRange(range, rangeOf(gradient));
    }
  }
  const axis = signedAxis(range, WIDTH);
  const cell = (layer: string, { step, layers: of }: StepRecord, tickGap: number): string => {
    const gradient = of[layer]?.gradient;
    if (!isDrawn(gradient)) return el('td', 'small', 'not recorded');
    const name = `Gradient of ${layer} at step ${step}`;
    const options = { height: HEIGHT, name, tickGap };
    return el('td', '', histogramPicture(axis, columnOf(step, gradient), options, CSS_PALETTE));
  };
  const rows = drawn.map(({ name }, index) => {
    // The axis is the same for all: one row of numbers at the end is enough.
    const tickGap = index === drawn.length - 1 ? TICK_GAP : 0;
    const cells = records.map((record) => cell(name, record, tickGap));
    return el('tr', '', el('td', 'name', escapeText(name)), ...cells);
  });
  const heads = records.map(({ step }) => el('th', '', `Step ${formatCount(step)}`));
  const head = el('tr', '', el('th', '', 'Layer'), ...heads);
  const rest = layers.length - drawn.length;
  return section(
    'Gradients at three steps',
    el(
      'p',
      'small',
      'Elements by their value, on a logarithmic axis for either sign; the middle bar is the share of exact zeros.',
    ),
    el('div', 'scroll', el('table', '', el('thead', '', head), el('tbody', '', ...rows))),
    rest === 0 ? '' : el('p', 'small', `${formatCount(rest)} further layers are not drawn.`),
  );
}
