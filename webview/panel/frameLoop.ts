// The page's one draw loop: whatever changed within a frame is drawn once, at its end.

export interface FrameLoop {
  /** Asks for a frame. */
  invalidate(): void;
}

/** Calls `draw` in an animation frame after any number of invalidations. */
export function createFrameLoop(draw: () => void): FrameLoop {
  let requested = false;
  return {
    invalidate() {
      if (requested) return;
      requested = true;
      requestAnimationFrame(() => {
        requested = false;
        draw();
      });
    },
  };
}
