// The legend of a map of gradient norms: its colours as a bar, with decades below.
import { formatDecade } from '../../../src/shared/charts/format';
import { scalePosition, type NormMap } from '../../../src/shared/charts/normMap';
import { element } from '../dom';
import { paintLegend } from '../paint/normMapPaint';
import { prepare } from '../paint/surface';
import type { Theme } from '../paint/theme';

/** Size of the bar in pixels, and how many decades are named at most, about. */
const WIDTH = 160;
const HEIGHT = 8;
const TICKS = 4;

export class MapLegend {
  private readonly bar = element('canvas', 'legend-bar', { 'aria-hidden': 'true' });
  private readonly ticks = element('div', 'legend-ticks');
  readonly root = element(
    'div',
    'legend',
    {},
    this.bar,
    this.ticks,
    element('span', 'legend-nan', {}, 'NaN / Inf'),
  );
  private drawn = '';

  /** `generation` changes with the theme and the device's pixels. */
  draw(scale: Pick<NormMap, 'low' | 'high'>, theme: Theme, generation: number): void {
    const drawn = [scale.low, scale.high, generation].join();
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const context = prepare(this.bar, WIDTH, HEIGHT);
    if (context !== undefined) paintLegend(context, WIDTH, HEIGHT, theme);
    const every = Math.max(1, Math.ceil((scale.high - scale.low) / TICKS));
    const ticks: HTMLElement[] = [];
    for (let decade = scale.low; decade <= scale.high; decade += every) {
      const tick = element('span', '', {}, formatDecade(decade));
      tick.style.left = `${(scalePosition(scale, decade) * WIDTH).toFixed(1)}px`;
      ticks.push(tick);
    }
    this.ticks.replaceChildren(...ticks);
  }
}
