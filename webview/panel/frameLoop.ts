// The page's one draw loop: whatever changed within a frame is drawn once, at its end.

export interface FrameLoop {
  /** Asks for a frame. */
  invalidate(): void;
  /** Milliseconds that the latest frames took, newest last; at most 240. */
  readonly durations: readonly number[];
}

const KEPT_DURATIONS = 240;

/** Calls `draw` in an animation frame after any number of invalidations. */
export function createFrameLoop(draw: () => void): FrameLoop {
  let requested = false;
  const durations: number[] = [];
  const frame = (): void => {
    requested = false;
    const start = performance.now();
    draw();
    durations.push(performance.now() - start);
    if (durations.length > KEPT_DURATIONS) durations.shift();
  };
  return {
    durations,
    invalidate() {
      if (requested) return;
      requested = true;
      requestAnimationFrame(frame);
    },
  };
}
