// The charts of the page as pictures that stand alone: the same data and colours, with a heading.
import type { CurveGroup } from '../../../src/shared/charts/curveGroups';
import { heatPicture } from '../../../src/shared/charts/heatPicture';
import { histogramPicture } from '../../../src/shared/charts/histogramPicture';
import { linePicture } from '../../../src/shared/charts/linePicture';
import { mapColumns, mapPicture } from '../../../src/shared/charts/mapPicture';
import { normMap } from '../../../src/shared/charts/normMap';
import { signedAxis } from '../../../src/shared/charts/signedAxis';
import {
  columnOf,
  rangeOf,
  type HistogramHistory,
  type OctaveRange,
} from '../../../src/shared/core/histogramHistory';
import type { TensorSummary } from '../../../src/shared/core/stepRecord';
import type { Frame } from '../views/view';
import type { Drawn } from './saveButton';
import { paletteOfTheme } from './themePalette';

/** Sizes of the plots, in the unit of the page's pixels. */
const CURVE = { width: 860, height: 340 };
const MAP_WIDTH = 900;
const HISTOGRAM = { width: 640, height: 180 };
const HEAT = { width: 640, height: 240 };
const TICK_GAP = 52;

/** `Loss · mnist-cnn.model.ts`. */
function headed(what: string, { state }: Frame): { heading: string; name: string } {
  const title = state.view?.title ?? '';
  return { heading: `${what} · ${title}`, name: `${what} of ${title}` };
}

/** The curves card, as its settings show them. */
export function curvesPicture(group: CurveGroup, frame: Frame): Drawn {
  const { state, settings, theme } = frame;
  const isLoss = group.name === 'loss';
  const { heading, name } = headed(isLoss ? 'Loss' : group.name, frame);
  const options = {
    ...{ ...CURVE, heading },
    ...{ log: settings.logScale, smoothing: settings.smoothing },
    nonFiniteSteps: isLoss ? state.curves.nonFiniteSteps : [],
    changes: (state.view?.changes ?? []).map(({ step }) => step),
  };
  return { name, svg: linePicture(group, options, paletteOfTheme(theme)) };
}

/** The map card. */
export function normMapPicture(frame: Frame): Drawn {
  const { state, theme } = frame;
  const layers = (state.view?.layers ?? []).map(({ name }) => name);
  const map = normMap(layers, state.curves, mapColumns(MAP_WIDTH));
  const { heading, name } = headed('Gradient norm by layer and step', frame);
  const options = { width: MAP_WIDTH, heading };
  return { name, svg: mapPicture(map, options, paletteOfTheme(theme)) };
}

/** A histogram of the detail; `range`: octaves of its axis, those of the summary itself where undefined. */
export function summaryPicture(
  title: string,
  summary: TensorSummary,
  range: OctaveRange,
  frame: Frame,
): Drawn {
  const step = frame.state.current?.step ?? 0;
  const { heading, name } = headed(`${title} at step ${step}`, frame);
  const axis = signedAxis(range ?? rangeOf(summary), HISTOGRAM.width);
  const options = { height: HISTOGRAM.height, tickGap: TICK_GAP, heading, name };
  const palette = paletteOfTheme(frame.theme);
  return { name, svg: histogramPicture(axis, columnOf(step, summary), options, palette) };
}

/** How the gradient of a layer moved. */
export function historyPicture(
  layer: string,
  { columns }: HistogramHistory,
  range: OctaveRange,
  frame: Frame,
): Drawn {
  const { heading, name } = headed(`Gradient of ${layer} over the steps`, frame);
  const axis = signedAxis(range, HEAT.height);
  const options = { width: HEAT.width, heading, name };
  return { name, svg: heatPicture(axis, columns, options, paletteOfTheme(frame.theme)) };
}
