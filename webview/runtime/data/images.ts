// `images(path)`: a folder per class, decoded when a batch asks for them.
import type { ImagesOptions } from '../../../npm';
import type { TfNamespace } from '../../../src/shared/tap/types';
import type { Split } from './batchSource';
import { formatError, optionError } from './dataError';
import { decodeImage } from './decodeImage';
import { fitImage } from './fitImage';
import { checkEncoding, ClassRows } from './labels';
import { copyScaled, rowLength, type Rows } from './rows';
import { LazySamples, limited } from './samples';
import { splitOrder } from './splitOrder';
import { joinPath, listFolder, readWhole, type WorkspaceReader } from './workspaceReader';

const IMAGE = /\.(png|jpe?g)$/i;
const VALIDATION_FOLDERS = ['validation/', 'val/', 'test/'];
/** Decoded images kept in memory; beyond it the oldest are decoded again when asked for. */
const KEPT_BYTES = 512 * 1024 * 1024;
const REMEDY = 'Name a folder that holds one subfolder of PNG or JPEG images per class.';

interface Labelled {
  files: string[];
  classes: number[];
}

/** Reads a folder of images in class folders. */
export async function readImages(
  reader: WorkspaceReader,
  tf: TfNamespace,
  path: string,
  options: ImagesOptions = {},
): Promise<Split> {
  const encoding = options.labels ?? 'one-hot';
  checkEncoding(encoding);
  const channels = options.channels ?? 3;
  const top = await folders(reader, path);
  const heldOut = VALIDATION_FOLDERS.find((name) => top.includes(name));
  const separate = top.includes('train/') && heldOut !== undefined;
  const trainPath = separate ? joinPath(path, 'train') : path;
  const classNames = (separate ? await folders(reader, trainPath) : top).map((name) =>
    name.slice(0, -1),
  );
  const labelled = await collect(reader, trainPath, classNames);
  const [height, width] = options.size ?? (await sizeOf(reader, labelled.files[0] ?? path));
  const shape = options.flatten ? [height * width * channels] : [height, width, channels];
  const samplesOf = ({ files, classes }: Labelled, order?: Uint32Array) =>
    limited(
      new LazySamples(
        {
          tf,
          features: new ImageRows(reader, files, [height, width, channels], shape),
          labels: new ClassRows(classes, classNames.length, encoding),
          classNames,
        },
        order,
      ),
      options.limit,
    );
  if (separate) {
    const validation = await collect(reader, joinPath(path, heldOut.slice(0, -1)), classNames);
    return { train: samplesOf(labelled), validation: samplesOf(validation) };
  }
  const share = options.validationShare ?? 0.2;
  const order = splitOrder(labelled.files.length, share, options.seed ?? 1);
  return {
    train: samplesOf(labelled, order.train),
    validation: samplesOf(labelled, order.validation),
  };
}

async function folders(reader: WorkspaceReader, path: string): Promise<string[]> {
  const names = (await listFolder(reader, path, REMEDY)).filter(
    (name) => name.endsWith('/') && !name.startsWith('.'),
  );
  if (names.length >= 2) return names;
  throw formatError(path, {
    expected: 'two or more folders, one per class',
    found: names.length === 0 ? 'none' : names.join(', '),
    remedy: REMEDY,
  });
}

async function collect(
  reader: WorkspaceReader,
  path: string,
  classNames: string[],
): Promise<Labelled> {
  const result: Labelled = { files: [], classes: [] };
  for (const [label, name] of classNames.entries()) {
    const folder = joinPath(path, name);
    const images = (await listFolder(reader, folder, REMEDY)).filter((file) => IMAGE.test(file));
    if (images.length === 0) {
      throw formatError(folder, {
        expected: 'PNG or JPEG images',
        found: 'none',
        remedy: 'Put images of the class into it, or remove the folder.',
      });
    }
    for (const image of images) {
      result.files.push(joinPath(folder, image));
      result.classes.push(label);
    }
  }
  return result;
}

async function sizeOf(reader: WorkspaceReader, file: string): Promise<[number, number]> {
  const { width, height } = await decodeImage(file, await readWhole(reader, file));
  return [height, width];
}

/** Image files as rows of bytes. */
class ImageRows implements Rows {
  private readonly kept = new Map<number, Uint8Array>();
  private readonly capacity: number;

  constructor(
    private readonly reader: WorkspaceReader,
    private readonly files: string[],
    private readonly size: readonly [number, number, number],
    readonly shape: readonly number[],
  ) {
    const bytes = rowLength(shape);
    if (size.some((value) => !(Number.isInteger(value) && value >= 1))) {
      throw optionError(
        `images of ${size.join(' × ')} are not possible`,
        'Give size as [height, width], and 1, 3 or 4 channels.',
      );
    }
    this.capacity = Math.max(1, Math.floor(KEPT_BYTES / bytes));
  }

  get count(): number {
    return this.files.length;
  }

  async gather(indices: ArrayLike<number>, out: Float32Array): Promise<void> {
    const length = rowLength(this.shape);
    await Promise.all(
      Array.from(indices, async (index, place) => {
        const bytes = this.kept.get(index) ?? (await this.load(index));
        copyScaled(bytes, out, place * length);
      }),
    );
  }

  private async load(index: number): Promise<Uint8Array> {
    const file = this.files[index] ?? '';
    const image = await decodeImage(file, await readWhole(this.reader, file));
    const bytes = fitImage(image, ...this.size);
    if (this.kept.size >= this.capacity) {
      const oldest = this.kept.keys().next();
      if (!oldest.done) this.kept.delete(oldest.value);
    }
    this.kept.set(index, bytes);
    return bytes;
  }
}
