// How often a part of the page is painted: in the window with every frame, outside it once a second,
// so that its text for screen readers stays true without costing frames that nobody sees.

const OUTSIDE_MS = 1000;

export class Pacing {
  private paintedAt = -Infinity;
  private timer: number | undefined;

  /** @param invalidate Asks for a frame, for the paint that was put off. */
  constructor(
    private readonly root: HTMLElement,
    private readonly invalidate: () => void,
  ) {}

  /** True where the part should be painted now. Otherwise a frame follows when it is due. */
  isDue(): boolean {
    const { top, bottom } = this.root.getBoundingClientRect();
    const now = performance.now();
    const inWindow = bottom >= 0 && top <= window.innerHeight;
    if (inWindow || now - this.paintedAt >= OUTSIDE_MS) {
      this.paintedAt = now;
      return true;
    }
    this.timer ??= window.setTimeout(
      () => {
        this.timer = undefined;
        this.invalidate();
      },
      OUTSIDE_MS - (now - this.paintedAt),
    );
    return false;
  }
}
