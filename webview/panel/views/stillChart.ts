// A Chart.js line chart that draws when it is told to and otherwise stands still: no animation, no events, no
// parsing of points, which are decimated before they get here.
import {
  Chart,
  LineController,
  LineElement,
  LinearScale,
  LogarithmicScale,
  PointElement,
  type Plugin,
} from 'chart.js';
import type { Point } from '../../../src/shared/charts/decimate';

Chart.register(LineController, LineElement, LinearScale, LogarithmicScale, PointElement);

export type StillChart = Chart<'line', Point[]>;

/** Room for marks above and beside the plot, in pixels. */
export interface Padding {
  top: number;
  right: number;
}

/** `overlay` paints on the chart's lines, in the coordinates of its scales. */
export function createStillChart(
  canvas: HTMLCanvasElement,
  padding: Padding,
  overlay: Plugin<'line'>,
): StillChart {
  return new Chart<'line', Point[]>(canvas, {
    type: 'line',
    data: { datasets: [] },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      parsing: false,
      normalized: true,
      events: [],
      layout: { padding },
      elements: { point: { radius: 0 }, line: { tension: 0 } },
      scales: {},
    },
    plugins: [overlay],
  });
}

/** Width of the plot in pixels; decimate to it. */
export function plotWidth({ chartArea: { left, right } }: StillChart): number {
  return Math.max(100, Math.round(right - left));
}

/** Value on the horizontal axis at a position within the canvas; NaN before the first drawing. */
export function valueAt({ scales }: StillChart, x: number): number {
  return scales['x']?.getValueForPixel(x) ?? NaN;
}
