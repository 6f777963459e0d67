// The virtual module `gradient-lens`: what user code gets when it imports it inside a run.
import type * as GradientLens from '../../../npm';
import type { TfNamespace } from '../../../src/shared/tap/types';
import { readCifar10 } from './cifar10';
import { readCsv } from './csv';
import { DataError } from './dataError';
import { readImages } from './images';
import { readMnist } from './mnist';
import { readNpy, readNpz } from './npz';
import { syntheticSets } from './synthetic';
import type { WorkspaceReader } from './workspaceReader';

export { isBatchSource } from './batchSource';
export type { Batch, BatchesOptions, BatchSource, Samples, Split } from './batchSource';
export { DataError } from './dataError';
export type { WorkspaceReader } from './workspaceReader';

/** The module's exports, as the npm package `gradient-lens` declares them. */
export type GradientLensModule = typeof GradientLens;

/** Builds the module over a workspace and the run's tfjs. */
export function createGradientLensModule(
  reader: WorkspaceReader,
  tf: TfNamespace,
): GradientLensModule {
  return {
    mnist: (path, options) => readMnist(reader, tf, path, options),
    cifar10: (path, options) => readCifar10(reader, tf, path, options),
    images: (path, options) => readImages(reader, tf, path, options),
    csv: (path, options) => readCsv(reader, tf, path, options),
    npy: (path) => readNpy(reader, tf, path),
    npz: (path) => readNpz(reader, tf, path),
    synthetic: syntheticSets(tf),
    DataError,
  };
}
