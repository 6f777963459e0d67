// The tools of a card of curves: smoothing and logarithmic scale. What they are set to is the page's to keep.
import { button, element, setAttribute } from '../dom';

export interface CurveSettings {
  /** Weight of the exponential moving average, from 0 (none) to 0.99. */
  smoothing: number;
  logScale: boolean;
}

export class CurveControls {
  private readonly scale = button('tool tool-text', 'Log', () =>
    this.change({ logScale: this.scale.getAttribute('aria-pressed') !== 'true' }),
  );
  private readonly smoothing = element('input', 'slider', {
    type: 'range',
    min: 0,
    max: 0.99,
    step: 0.01,
    title: 'Smoothing: weight of the exponential moving average',
    'aria-label': 'Smoothing',
  });
  /** To be put into the card's tools, in this order. */
  readonly parts: readonly HTMLElement[];

  constructor(private readonly change: (change: Partial<CurveSettings>) => void) {
    this.scale.title = 'Logarithmic scale';
    this.smoothing.addEventListener('input', () =>
      change({ smoothing: Number(this.smoothing.value) }),
    );
    this.parts = [element('label', 'slider-label', {}, 'Smooth', this.smoothing), this.scale];
  }

  draw({ smoothing, logScale }: CurveSettings): void {
    setAttribute(this.scale, 'aria-pressed', String(logScale));
    if (document.activeElement !== this.smoothing) this.smoothing.value = String(smoothing);
  }
}
