// The curves of several runs in one Chart.js chart. Each run has its colour, dash and marker; validation is a thin
// line through open markers. Steps with a loss that is not finite are crossed at the lower edge.
import type { ChartDataset, Plugin } from 'chart.js';
import { paintCrosses, paintHover } from '../paint/marks';
import type { Theme } from '../paint/theme';
import type { Point } from '../../../src/shared/charts/decimate';
import { chartScales } from '../views/chartScales';
import { createStillChart, plotWidth, valueAt, type StillChart } from '../views/stillChart';
import type { RunStyle } from './runStyle';

export interface OverlayLine {
  style: RunStyle;
  raw: Point[];
  /** Empty without smoothing. */
  smoothed: Point[];
  validation: Point[];
  /** Places on the axis where the loss was not finite. */
  nonFinite: readonly number[];
  /** Drawn stronger. */
  isBaseline: boolean;
}

export interface OverlayData {
  lines: readonly OverlayLine[];
  first: number;
  last: number;
  log: boolean;
  /** Place under the pointer. */
  hover: number | undefined;
  xLabel: (value: number) => string;
}

/** Markers along a curve: enough to find the next one. */
const MARKERS_PER_CURVE = 6;

export class OverlayChart {
  private readonly chart: StillChart;
  private data: OverlayData | undefined;
  private theme: Theme | undefined;

  constructor(canvas: HTMLCanvasElement) {
    this.chart = createStillChart(canvas, { top: 6, right: 10 }, this.overlay());
  }

  /** Width of the plot in pixels; decimate to it. */
  get plotWidth(): number {
    return plotWidth(this.chart);
  }

  /** Place on the axis at a horizontal position within the canvas. */
  placeAt(x: number): number {
    return valueAt(this.chart, x);
  }

  draw(data: OverlayData, theme: Theme): void {
    this.data = data;
    this.theme = theme;
    const scales = chartScales(theme, data.log, data.xLabel);
    const x = scales['x'];
    if (x !== undefined) {
      x.min = data.first;
      x.max = data.last > data.first ? data.last : data.first + 1;
    }
    this.chart.options.scales = scales;
    this.chart.data.datasets = data.lines.flatMap((line, i) => datasets(line, i, theme));
    this.chart.update('none');
  }

  private overlay(): Plugin<'line'> {
    return {
      id: 'gradient-lens-comparison',
      afterDatasetsDraw: ({ ctx, chartArea, scales }) => {
        const { data, theme } = this;
        const x = scales['x'];
        if (data === undefined || theme === undefined || x === undefined) return;
        for (const { nonFinite, style } of data.lines) {
          const places = nonFinite.map((place) => x.getPixelForValue(place));
          paintCrosses(ctx, places, chartArea, style.color);
        }
        if (data.hover !== undefined) {
          paintHover(ctx, x.getPixelForValue(data.hover), chartArea, theme);
        }
      },
    };
  }
}

/** Radii that show few of the points, not the same ones as the curves beside it. */
function radii(points: number, curve: number): number[] {
  const every = Math.max(1, Math.floor(points / MARKERS_PER_CURVE));
  const first = Math.floor((every * ((curve * 3) % 8)) / 8);
  return Array.from({ length: points }, (_, i) => (i % every === first ? 4 : 0));
}

function datasets(line: OverlayLine, index: number, theme: Theme): ChartDataset<'line', Point[]>[] {
  const { style, raw, smoothed, validation } = line;
  const { color, dash, marker } = style;
  const width = (theme.highContrast ? 2.5 : 1.75) + (line.isBaseline ? 1 : 0);
  const isSmoothed = smoothed.length > 0;
  const curve = isSmoothed ? smoothed : raw;
  const one = (points: Point[], more: object): ChartDataset<'line', Point[]> => ({
    data: points,
    borderColor: color,
    backgroundColor: color,
    borderWidth: width,
    spanGaps: true,
    pointRadius: 0,
    ...more,
  });
  const faint = `color-mix(in srgb, ${color} ${theme.highContrast ? 40 : 22}%, transparent)`;
  return [
    ...(isSmoothed ? [one(raw, { borderColor: faint, borderWidth: 1 })] : []),
    one(curve, {
      borderDash: [...dash],
      pointStyle: marker,
      pointRadius: radii(curve.length, index),
      pointBorderWidth: 1.5,
    }),
    one(validation, {
      borderWidth: 1,
      pointStyle: marker,
      pointRadius: validation.length > 60 ? 0 : 4,
      pointBackgroundColor: theme.background,
      pointBorderColor: color,
      pointBorderWidth: 1.5,
    }),
  ];
}
