// The curves as a Chart.js line chart: no animation, points decimated before they get here, colours
// of the theme. Steps with a NaN or infinite value are marked at the lower edge.
import type { ChartDataset, Plugin } from 'chart.js';
import { paintChanges, paintCrosses, paintCursor, paintHover } from '../paint/marks';
import type { Theme } from '../paint/theme';
import type { Point } from '../../../src/shared/charts/decimate';
import { chartScales } from './chartScales';
import { createStillChart, plotWidth, valueAt, type StillChart } from './stillChart';

export interface LineChartData {
  raw: Point[];
  smoothed: Point[];
  validation: Point[];
  nonFiniteSteps: readonly number[];
  firstStep: number;
  lastStep: number;
  log: boolean;
  /** Step under the pointer. */
  hover: number | undefined;
  /** Step that is shown in the place of the newest. */
  cursor: number | undefined;
  /** Steps after which the training was changed. */
  changes: readonly number[];
}

export class LineChart {
  private readonly chart: StillChart;
  private data: LineChartData | undefined;
  private theme: Theme | undefined;

  constructor(canvas: HTMLCanvasElement) {
    this.chart = createStillChart(canvas, { top: 4, right: 8 }, this.overlay());
  }

  /** Width of the plot in pixels; decimate to it. */
  get plotWidth(): number {
    return plotWidth(this.chart);
  }

  /** Step at a horizontal position within the canvas. */
  stepAt(x: number): number {
    return valueAt(this.chart, x);
  }

  draw(data: LineChartData, theme: Theme): void {
    this.data = data;
    const styled = this.theme !== theme || this.chart.options.scales?.['y']?.type !== kind(data);
    this.theme = theme;
    if (styled) this.chart.options.scales = chartScales(theme, data.log);
    const scale = this.chart.options.scales?.['x'];
    if (scale !== undefined) {
      scale.min = data.firstStep;
      scale.max = Math.max(data.lastStep, data.firstStep + 1);
    }
    this.chart.data.datasets = datasets(data, theme);
    this.chart.update('none');
  }

  private overlay(): Plugin<'line'> {
    return {
      id: 'gradient-lens-overlay',
      afterDatasetsDraw: ({ ctx, chartArea, scales }) => {
        const { data, theme } = this;
        const x = scales['x'];
        if (data === undefined || theme === undefined || x === undefined) return;
        const placesOf = (steps: readonly number[]): number[] =>
          steps.map((step) => x.getPixelForValue(step));
        paintCrosses(ctx, placesOf(data.nonFiniteSteps), chartArea, theme.error);
        paintChanges(ctx, placesOf(data.changes), chartArea, theme);
        if (data.cursor !== undefined) {
          paintCursor(ctx, x.getPixelForValue(data.cursor), chartArea.top, chartArea.bottom, theme);
        }
        if (data.hover !== undefined) {
          paintHover(ctx, x.getPixelForValue(data.hover), chartArea, theme);
        }
      },
    };
  }
}

function kind({ log }: LineChartData): string {
  return log ? 'logarithmic' : 'linear';
}

/** A series' colour made translucent for the raw values beneath the smoothed ones. */
function faint(color: string, theme: Theme): string {
  return `color-mix(in srgb, ${color} ${theme.highContrast ? 60 : 35}%, transparent)`;
}

function datasets(data: LineChartData, theme: Theme): ChartDataset<'line', Point[]>[] {
  const width = theme.highContrast ? 2.5 : 1.75;
  const few = data.raw.length < 2;
  const line = (points: Point[], color: string, more: object): ChartDataset<'line', Point[]> => ({
    data: points,
    borderColor: color,
    backgroundColor: color,
    borderWidth: width,
    spanGaps: true,
    ...more,
  });
  const smoothedShown = data.smoothed.length > 0;
  return [
    line(data.raw, smoothedShown ? faint(theme.series.loss, theme) : theme.series.loss, {
      borderWidth: smoothedShown ? 1 : width,
      pointRadius: few ? 3 : 0,
    }),
    line(data.smoothed, theme.series.loss, { pointRadius: 0 }),
    line(data.validation, theme.series.validation, {
      borderDash: [6, 4],
      pointRadius: data.validation.length > 60 ? 0 : 3,
      pointStyle: 'rectRot',
    }),
  ];
}
