// The curves as a Chart.js line chart: no animation, points decimated before they get here, colours
// of the theme. Steps with a NaN or infinite value are marked at the lower edge.
import {
  Chart,
  LineController,
  LineElement,
  LinearScale,
  LogarithmicScale,
  PointElement,
  type ChartDataset,
  type Plugin,
} from 'chart.js';
import { paintChanges, paintCursor } from '../paint/marks';
import type { Theme } from '../paint/theme';
import type { Point } from '../series/decimate';
import { chartScales } from './chartScales';

Chart.register(LineController, LineElement, LinearScale, LogarithmicScale, PointElement);

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

/** Half the size of a cross, and the least distance of two, in pixels. */
const MARKER = 4;
const MARKER_GAP = 2;

export class LineChart {
  private readonly chart: Chart<'line', Point[]>;
  private data: LineChartData | undefined;
  private theme: Theme | undefined;

  constructor(canvas: HTMLCanvasElement) {
    this.chart = new Chart<'line', Point[]>(canvas, {
      type: 'line',
      data: { datasets: [] },
      options: {
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        parsing: false,
        normalized: true,
        events: [],
        layout: { padding: { top: 4, right: 8 } },
        elements: { point: { radius: 0 }, line: { tension: 0 } },
        scales: {},
      },
      plugins: [this.overlay()],
    });
  }

  /** Width of the plot in pixels; decimate to it. */
  get plotWidth(): number {
    const { left, right } = this.chart.chartArea;
    return Math.max(100, Math.round(right - left));
  }

  /** Step at a horizontal position within the canvas. */
  stepAt(x: number): number {
    return this.chart.scales['x']?.getValueForPixel(x) ?? NaN;
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
        ctx.save();
        ctx.fillStyle = theme.error;
        let last = -Infinity;
        for (const step of data.nonFiniteSteps) {
          // A cross, so that colour is not the only sign.
          const at = x.getPixelForValue(step);
          // Crosses that would stand on one another are drawn once.
          if (at - last < MARKER_GAP) continue;
          last = at;
          ctx.strokeStyle = theme.error;
          ctx.lineWidth = 1.5;
          ctx.beginPath();
          ctx.moveTo(at - MARKER, chartArea.bottom - 2 * MARKER - 2);
          ctx.lineTo(at + MARKER, chartArea.bottom - 2);
          ctx.moveTo(at + MARKER, chartArea.bottom - 2 * MARKER - 2);
          ctx.lineTo(at - MARKER, chartArea.bottom - 2);
          ctx.stroke();
        }
        paintChanges(
          ctx,
          data.changes.map((step) => x.getPixelForValue(step)),
          chartArea,
          theme,
        );
        if (data.cursor !== undefined) {
          paintCursor(ctx, x.getPixelForValue(data.cursor), chartArea.top, chartArea.bottom, theme);
        }
        if (data.hover !== undefined) {
          const at = Math.round(x.getPixelForValue(data.hover)) + 0.5;
          ctx.strokeStyle = theme.muted;
          ctx.lineWidth = 1;
          ctx.setLineDash([2, 3]);
          ctx.beginPath();
          ctx.moveTo(at, chartArea.top);
          ctx.lineTo(at, chartArea.bottom);
          ctx.stroke();
        }
        ctx.restore();
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
