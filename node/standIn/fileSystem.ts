// Models on disk, as tfjs-node keeps them: `file://folder` to save, `file://folder/model.json` to load.
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { io } from '@tensorflow/tfjs';
import type { TfNamespace } from '../../src/shared/tap/types';
import { messageOf } from '../../src/shared/core/thrown';

const SCHEME = 'file://';
const MODEL = 'model.json';
const WEIGHTS = 'weights.bin';

/** A model that cannot be saved or loaded where it was to be. */
export class ModelFileError extends Error {
  override readonly name = 'ModelFileError';
  readonly code = 'model-file';
}

/** `tf.io.fileSystem`: the handler of a folder (to save) or of a model.json (to load). */
export function fileSystem(tf: TfNamespace, place: string | string[]): io.IOHandler {
  if (Array.isArray(place)) {
    throw new ModelFileError(
      'Models in the binary format (a .pb file and a manifest) need the binary of tfjs-node; convert the model to a model.json.',
    );
  }
  const target = path.resolve(place);
  return {
    save: (artifacts) => save(tf, target, artifacts),
    load: () => load(tf, target),
  };
}

/** Serves `file://` in `model.save` and `tf.loadLayersModel`. */
export function registerFiles(tf: TfNamespace): void {
  type Router = Parameters<typeof tf.io.registerLoadRouter>[0];
  // A router answers null for what is not its own; its type does not say so.
  const router = (url: string | string[]): io.IOHandler | null =>
    typeof url === 'string' && url.startsWith(SCHEME) ? fileSystem(tf, pathOf(url)) : null;
  tf.io.registerLoadRouter(router as Router);
  tf.io.registerSaveRouter(router as Router);
}

/** As tfjs-node reads it, `file://` is a prefix: `file://./model` is relative. */
function pathOf(url: string): string {
  const rest = url.slice(SCHEME.length);
  // On Windows, file:///C:/model begins with a slash that is none of the path.
  return /^\/[A-Za-z]:/.test(rest) ? fileURLToPath(url) : rest;
}

async function save(
  tf: TfNamespace,
  folder: string,
  artifacts: io.ModelArtifacts,
): Promise<io.SaveResult> {
  const { modelTopology, weightSpecs, weightData, ...described } = artifacts;
  if (modelTopology instanceof ArrayBuffer) {
    throw new ModelFileError(`A model in binary form cannot be saved to ${folder}.`);
  }
  if ((await stat(folder).catch(() => undefined))?.isFile()) {
    throw new ModelFileError(
      `The model cannot be saved to ${folder}: that is a file, not a folder.`,
    );
  }
  await mkdir(folder, { recursive: true });
  const { format, generatedBy, convertedBy, trainingConfig, signature, userDefinedMetadata } =
    described;
  const model = {
    modelTopology,
    weightsManifest: [{ paths: [WEIGHTS], weights: weightSpecs ?? [] }],
    ...{ format, generatedBy, convertedBy, trainingConfig, signature, userDefinedMetadata },
  };
  await writeFile(path.join(folder, MODEL), JSON.stringify(model));
  const buffers = weightData === undefined ? [] : [weightData].flat();
  await writeFile(
    path.join(folder, WEIGHTS),
    Buffer.concat(buffers.map((buffer) => Buffer.from(buffer))),
  );
  return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
}

async function load(tf: TfNamespace, file: string): Promise<io.ModelArtifacts> {
  const model = JSON.parse((await read(file, 'model')).toString('utf8')) as io.ModelJSON;
  return tf.io.getModelArtifactsForJSON(model, async (manifest) => {
    const specs = manifest.flatMap(({ weights }) => weights);
    const paths = manifest.flatMap((group) => group.paths);
    const folder = path.dirname(file);
    const parts = await Promise.all(paths.map((name) => read(path.join(folder, name), 'weights')));
    const data = Uint8Array.from(Buffer.concat(parts)).buffer;
    return [specs, data];
  });
}

async function read(file: string, what: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const reason = messageOf(error);
    throw new ModelFileError(`The ${what} cannot be read from ${file}: ${reason}`, {
      cause: error,
    });
  }
}
