// PNG and JPEG files as bytes: height × width × channels.
import { convertIndexedToRgb, decode } from 'fast-png';
import { formatError } from './dataError';

/** 8-bit pixels, row by row. */
export interface Pixels {
  width: number;
  height: number;
  channels: number;
  data: Uint8Array | Uint8ClampedArray;
}

/** Decodes an image file by what its bytes say it is. */
export async function decodeImage(file: string, bytes: Uint8Array): Promise<Pixels> {
  if (bytes[0] === 0x89 && bytes[1] === 0x50) return decodePng(file, bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return decodeJpeg(file, bytes);
  throw formatError(file, {
    expected: 'a PNG or JPEG image',
    found: 'bytes of another format',
    remedy: 'Convert the image to PNG, or move it out of the data folder.',
  });
}

function decodePng(file: string, bytes: Uint8Array): Pixels {
  try {
    const png = decode(bytes);
    const { width, height } = png;
    if (png.palette) {
      return {
        width,
        height,
        channels: png.palette[0]?.length ?? 3,
        data: convertIndexedToRgb(png),
      };
    }
    if (png.depth === 8) {
      return { width, height, channels: png.channels, data: Uint8Array.from(png.data) };
    }
    if (png.depth === 16) {
      const data = Uint8Array.from(png.data, (value) => value >> 8);
      return { width, height, channels: png.channels, data };
    }
    return unpackBits(png);
  } catch (error) {
    throw formatError(file, {
      expected: 'a PNG image',
      found: `one that does not decode (${error instanceof Error ? error.message : String(error)})`,
      remedy: 'The image is damaged: create it again, or move it out of the data folder.',
    });
  }
}

/** Grey images of 1, 2 or 4 bits per pixel; each row begins on a byte. */
function unpackBits(png: {
  width: number;
  height: number;
  depth: number;
  data: ArrayLike<number>;
}): Pixels {
  const { width, height, depth } = png;
  const largest = 2 ** depth - 1;
  const rowBytes = Math.ceil((width * depth) / 8);
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      const byte = png.data[y * rowBytes + (bit >> 3)] ?? 0;
      const value = (byte >> (8 - depth - (bit & 7))) & largest;
      data[y * width + x] = Math.round((value * 255) / largest);
    }
  }
  return { width, height, channels: 1, data };
}

async function decodeJpeg(file: string, bytes: Uint8Array): Promise<Pixels> {
  if (typeof createImageBitmap !== 'function' || typeof OffscreenCanvas !== 'function') {
    throw formatError(file, {
      expected: 'a PNG image',
      found: 'a JPEG, which only the webview can decode',
      remedy: 'Train in the webview, or convert the images to PNG.',
    });
  }
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>]), {
      colorSpaceConversion: 'none',
    });
  } catch (error) {
    throw formatError(file, {
      expected: 'a JPEG image',
      found: `one that does not decode (${error instanceof Error ? error.message : String(error)})`,
      remedy: 'The image is damaged: create it again, or move it out of the data folder.',
    });
  }
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  canvas?.drawImage(bitmap, 0, 0);
  bitmap.close();
  const data = canvas?.getImageData(0, 0, width, height).data;
  if (!data) {
    throw formatError(file, {
      expected: 'a canvas to decode JPEG images with',
      found: 'none',
      remedy: 'Convert the images to PNG.',
    });
  }
  return { width, height, channels: 4, data };
}
