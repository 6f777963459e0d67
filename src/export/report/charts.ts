// The pictures of a report: every curve, and the map of gradient norms.
import { curveGroup, groupNames, LEARNING_RATE } from '../../shared/charts/curveGroups';
import { chartCurves, type ChartCurves } from '../../shared/charts/curves';
import { linePicture, prefersLog } from '../../shared/charts/linePicture';
import { mapColumns, mapPicture } from '../../shared/charts/mapPicture';
import { normMap } from '../../shared/charts/normMap';
import { CSS_PALETTE } from '../../shared/charts/palette';
import { escapeText } from '../../shared/charts/svg';
import type { ExportedRun } from '../exportedRun';
import { el, section } from './html';

const LOSS = { width: 960, height: 260 };
const METRIC = { width: 460, height: 200 };
const MAP_WIDTH = 960;
/** Losses of a batch each are noisy from about so many on. */
const NOISY = 100;
const SMOOTHING = 0.9;
/** Curves beside the loss. */
const MAX_METRICS = 24;

function curve(
  curves: ChartCurves,
  name: string,
  size: { width: number; height: number },
  changes: readonly number[],
): string {
  const group = curveGroup(curves, name);
  const isLoss = name === 'loss';
  const isNoisy = name !== LEARNING_RATE && (group.training?.y.length ?? 0) > NOISY;
  const drawn = linePicture(
    group,
    {
      ...size,
      changes,
      log: prefersLog(group),
      smoothing: isNoisy ? SMOOTHING : 0,
      nonFiniteSteps: isLoss ? curves.nonFiniteSteps : [],
    },
    CSS_PALETTE,
  );
  const title = isLoss ? 'Loss' : name;
  return el('figure', '', el('figcaption', '', escapeText(title)), drawn);
}

/** Loss and metrics as a section; empty before the first step. */
export function curvesSection({ view, history }: ExportedRun): string {
  const curves = chartCurves(history.curves());
  if (curves.step.length === 0) return '';
  const changes = (view.changes ?? []).map(({ step }) => step);
  const [, ...others] = groupNames(curves);
  const metrics = others.slice(0, MAX_METRICS).map((name) => curve(curves, name, METRIC, changes));
  return section(
    'Curves',
    curve(curves, 'loss', LOSS, changes),
    metrics.length === 0 ? '' : el('div', 'charts', ...metrics),
  );
}

/** The map of gradient norms as a section; empty where no gradient was recorded. */
export function mapSection({ view, history }: ExportedRun): string {
  const curves = chartCurves(history.curves());
  const layers = view.layers.map(({ name }) => name).filter((name) => curves.gradientNorm[name]);
  if (layers.length === 0) return '';
  const map = normMap(layers, curves, mapColumns(MAP_WIDTH));
  const drawn = mapPicture(map, { width: MAP_WIDTH }, CSS_PALETTE);
  return section('Gradient norm by layer and step', el('div', 'scroll', drawn));
}
