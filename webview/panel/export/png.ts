// An SVG picture as PNG, twice as large as on the page: sharp on every screen and in print.

const SCALE = 2;
/** Pixels along an edge that canvases can have everywhere. */
const MAX_PIXELS = 8192;

function load(url: string): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.addEventListener('load', () => resolve(image), { once: true });
    image.addEventListener('error', () => reject(new Error('The picture cannot be drawn.')), {
      once: true,
    });
    image.src = url;
  });
}

/** Draws the picture. Rejects where the page has no canvas of this size. */
export async function toPng(svg: string): Promise<ArrayBuffer> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = await load(url);
    const scale = Math.min(SCALE, MAX_PIXELS / Math.max(image.width, image.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('There is no canvas to draw the picture on.');
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (blob === null) throw new Error('The picture cannot be made a PNG.');
    return await blob.arrayBuffer();
  } finally {
    URL.revokeObjectURL(url);
  }
}
