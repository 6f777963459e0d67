// The curve of a range test as a Chart.js line chart over a logarithmic axis. The explosion at its end is cut off,
// so that the fall before it can be seen.
import type { ChartDataset, Plugin } from 'chart.js';
import type { Point } from '../../../src/shared/charts/decimate';
import type { ShownRateTest } from '../../../src/shared/protocol/experiment';
import { formatDecade, formatRound, formatValue } from '../../../src/shared/charts/format';
import type { Theme } from '../paint/theme';
import { createStillChart, type StillChart } from '../views/stillChart';

/** Room above the highest smoothed loss before the explosion, as a share of the fall. */
const HEADROOM = 0.35;

export class RateChart {
  private readonly chart: StillChart;
  private test: ShownRateTest | undefined;
  private theme: Theme | undefined;

  constructor(canvas: HTMLCanvasElement) {
    this.chart = createStillChart(canvas, { top: 20, right: 16 }, this.marks());
  }

  draw(test: ShownRateTest, theme: Theme): void {
    this.test = test;
    this.theme = theme;
    const font = { family: theme.font, size: 11 };
    const { low, high } = bounds(test);
    const shared = { border: { display: false }, grid: { color: theme.grid, drawTicks: false } };
    this.chart.options.scales = {
      x: {
        ...shared,
        type: 'logarithmic',
        title: { display: true, text: 'Learning rate', color: theme.muted, font },
        ticks: {
          color: theme.muted,
          font,
          maxRotation: 0,
          callback: (value) => {
            const exponent = Math.log10(Number(value));
            const isDecade = Math.abs(exponent - Math.round(exponent)) < 1e-6;
            return isDecade ? formatDecade(Math.round(exponent)) : '';
          },
        },
      },
      y: {
        ...shared,
        type: 'linear',
        min: low,
        max: high,
        ticks: {
          color: theme.muted,
          font,
          maxTicksLimit: 6,
          callback: (value) => formatValue(Number(value), 2),
        },
        afterFit: (axis) => (axis.width = 52),
      },
    };
    this.chart.data.datasets = datasets(test, theme);
    this.chart.update('none');
  }

  private marks(): Plugin<'line'> {
    return {
      id: 'gradient-lens-rates',
      afterDatasetsDraw: ({ ctx, chartArea, scales }) => {
        const { test, theme } = this;
        const x = scales['x'];
        if (!test || !theme || !x) return;
        const mark = (
          rate: number,
          word: string,
          color: string,
          dash: number[],
          row: number,
        ): void => {
          const at = x.getPixelForValue(rate);
          if (at < chartArea.left || at > chartArea.right) return;
          ctx.save();
          ctx.strokeStyle = color;
          ctx.lineWidth = theme.highContrast ? 2.5 : 1.75;
          ctx.setLineDash(dash);
          ctx.beginPath();
          ctx.moveTo(at, chartArea.top);
          ctx.lineTo(at, chartArea.bottom);
          ctx.stroke();
          ctx.font = `600 11px ${theme.font}`;
          ctx.textBaseline = 'bottom';
          const isLeft = at > chartArea.right - 110;
          ctx.textAlign = isLeft ? 'right' : 'left';
          ctx.fillStyle = theme.foreground;
          ctx.fillText(word, at + (isLeft ? -4 : 4), chartArea.top + 14 * row);
          ctx.restore();
        };
        const { suggested, current, divergesAt } = test;
        if (divergesAt !== undefined) mark(divergesAt, 'explodes', theme.error, [2, 3], 2);
        if (current !== undefined) mark(current, `now ${formatRound(current)}`, theme.muted, [6, 4], 1); // prettier-ignore
        if (suggested) {
          mark(suggested.rate, `suggested ${formatRound(suggested.rate)}`, theme.series.metric, [], 0); // prettier-ignore
        }
      },
    };
  }
}

/** What is shown of the losses. */
function bounds({ points, smoothed, divergesAt = Infinity }: ShownRateTest): {
  low: number;
  high: number;
} {
  const before = points.filter(({ rate, loss }) => rate < divergesAt && Number.isFinite(loss));
  const firsts = before.slice(0, 20).map(({ loss }) => loss);
  const low = Math.min(...before.map(({ loss }) => loss), ...smoothed);
  const first = Math.max(...firsts);
  if (!Number.isFinite(low) || !Number.isFinite(first)) return { low: 0, high: 1 };
  const span = first - low || Math.abs(first) || 1;
  return { low: low - 0.05 * span, high: first + HEADROOM * span };
}

function datasets(
  { points, smoothed }: ShownRateTest,
  theme: Theme,
): ChartDataset<'line', Point[]>[] {
  // prettier-ignore
  const raw = points
    .filter(({ loss }) => Number.isFinite(loss))
    .map(({ rate, loss }) => ({ x: rate, y: loss }));
  const curve = smoothed.map((y, i) => ({ x: points[i]?.rate ?? NaN, y }));
  const { loss } = theme.series;
  return [
    {
      data: raw,
      borderColor: `color-mix(in srgb, ${loss} ${theme.highContrast ? 60 : 35}%, transparent)`,
      borderWidth: 1,
    },
    { data: curve, borderColor: loss, borderWidth: theme.highContrast ? 3 : 2.25 },
  ];
}
