// An image brought to the size and the number of channels that a data set asks for.
import type { Pixels } from './decodeImage';

/** ITU-R BT.601 luma, the weights of JPEG and of PIL's convert('L'). */
const LUMA = [0.299, 0.587, 0.114] as const;

/** Scales (bilinear, pixel centres aligned, edges clamped) and converts an image to bytes. */
export function fitImage(
  image: Pixels,
  height: number,
  width: number,
  channels: number,
): Uint8Array {
  const source = convertChannels(image, channels);
  if (image.height === height && image.width === width) return source;
  const out = new Uint8Array(height * width * channels);
  const rows = taps(height, image.height);
  const columns = taps(width, image.width);
  const at = (y: number, x: number, c: number): number =>
    source[(y * image.width + x) * channels + c] ?? 0;
  let place = 0;
  for (const [y0, y1, fy] of rows) {
    for (const [x0, x1, fx] of columns) {
      for (let c = 0; c < channels; c++) {
        const top = at(y0, x0, c) * (1 - fx) + at(y0, x1, c) * fx;
        const bottom = at(y1, x0, c) * (1 - fx) + at(y1, x1, c) * fx;
        out[place++] = Math.round(top * (1 - fy) + bottom * fy);
      }
    }
  }
  return out;
}

/** For each place of the result: its two neighbours in the source and the weight of the second. */
function taps(to: number, from: number): [number, number, number][] {
  return Array.from({ length: to }, (_, i) => {
    const centre = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
    const first = Math.floor(centre);
    return [first, Math.min(from - 1, first + 1), centre - first];
  });
}

function convertChannels({ data, channels, width, height }: Pixels, wanted: number): Uint8Array {
  const count = width * height;
  const out = new Uint8Array(count * wanted);
  const colour = channels >= 3;
  const alphaAt = channels === 2 || channels === 4 ? channels - 1 : -1;
  for (let i = 0; i < count; i++) {
    const from = i * channels;
    const to = i * wanted;
    const red = data[from] ?? 0;
    const green = colour ? (data[from + 1] ?? 0) : red;
    const blue = colour ? (data[from + 2] ?? 0) : red;
    if (wanted === 1) {
      out[to] = colour ? Math.round(LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue) : red;
      continue;
    }
    out[to] = red;
    out[to + 1] = green;
    out[to + 2] = blue;
    if (wanted === 4) out[to + 3] = alphaAt < 0 ? 255 : (data[from + alphaAt] ?? 0);
  }
  return out;
}
