// A canvas that knows its size: backing store in device pixels, drawing in CSS pixels.

/** A canvas that assistive technology sees as one picture; `label` is set by {@link describe}. */
export function createCanvas(className: string): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.className = className;
  canvas.setAttribute('role', 'img');
  // The first call decides, also for a library that draws on it later.
  contextOf(canvas);
  return canvas;
}

/**
 * The context to draw with, on the CPU: the pictures are small and change with every frame, and the GPU has
 * the training to do. Where the GPU is software, it takes a third of the time.
 */
function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
  return canvas.getContext('2d', { willReadFrequently: true });
}

/** Sets the text that stands for the picture. */
export function describe(canvas: HTMLCanvasElement, text: string): void {
  if (canvas.getAttribute('aria-label') !== text) canvas.setAttribute('aria-label', text);
}

/** Fits the backing store to `width` × `height` CSS pixels, and clears it. */
export function prepare(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
): CanvasRenderingContext2D | undefined {
  const ratio = window.devicePixelRatio || 1;
  const pixelWidth = Math.round(width * ratio);
  const pixelHeight = Math.round(height * ratio);
  if (pixelWidth <= 0 || pixelHeight <= 0) return undefined;
  if (canvas.width !== pixelWidth || canvas.height !== pixelHeight) {
    canvas.width = pixelWidth;
    canvas.height = pixelHeight;
  }
  const context = contextOf(canvas);
  if (context === null) return undefined;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/** Rounds to the device's pixel grid, so that edges are crisp. */
export function snap(value: number): number {
  const ratio = window.devicePixelRatio || 1;
  return Math.round(value * ratio) / ratio;
}
