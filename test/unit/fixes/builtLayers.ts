// Test helper: the layers of a model source, with the places of the calls that built them, as a run
// knows them: the real bundler, the real tap on tfjs's cpu backend, the real source map.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tfjs from '@tensorflow/tfjs';
import { bundleModel } from '../../../src/model/bundle';
import { EsbuildService } from '../../../src/model/esbuildLoader';
import { toLayerInfo } from '../../../src/sources/reports';
import type { LayerInfo } from '../../../src/shared/core/run';
import { installTap } from '../../../src/shared/tap';
import { captureStack, constructionFrames } from '../../../webview/runtime/stack';
import { createTypedArrayStatistics } from '../../../webview/runtime/statistics/typedArray';

const ROOT = path.resolve(import.meta.dirname, '../../..');
/** Samples of the step that makes the layers known. */
const SAMPLES = 2;

interface Exports {
  model?: tfjs.LayersModel | (() => tfjs.LayersModel | Promise<tfjs.LayersModel>);
}

interface LensGlobal {
  tf: unknown;
  module: unknown;
  program(load: () => Promise<Exports>): void;
}

/** What a bundle, and the reading of stacks, look for in a worker. */
const scope = globalThis as {
  __gradientLens?: LensGlobal;
  self?: { location: { href: string } };
};

function zerosFor(shapes: tfjs.Shape[]): tfjs.Tensor[] {
  return shapes.map((shape) => tfjs.zeros([SAMPLES, ...shape.slice(1).map((size) => size ?? 1)]));
}

/** One step of stochastic gradient descent, by which the tap learns of every trained layer. */
async function trainOnce(model: tfjs.LayersModel): Promise<void> {
  if (!(model.optimizer as tfjs.Optimizer | undefined)) {
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  }
  const xs = zerosFor(model.inputs.map(({ shape }) => shape));
  const ys = zerosFor(model.outputs.map(({ shape }) => shape));
  await model.trainOnBatch(xs.length === 1 ? xs[0]! : xs, ys.length === 1 ? ys[0]! : ys);
  tfjs.dispose([xs, ys]);
}

/** What a source is, to the tests of fixes. */
export interface Built {
  /** Path of its file, as locations name it. */
  file: string;
  layers: LayerInfo[];
}

/** Builds models from source texts. */
export class Builder {
  private readonly service = new EsbuildService(ROOT);
  private serial = 0;

  private constructor(private readonly folder: string) {}

  static async open(): Promise<Builder> {
    await tfjs.setBackend('cpu');
    const out = path.join(ROOT, 'out');
    await mkdir(out, { recursive: true });
    return new Builder(await mkdtemp(path.join(out, 'fixes-')));
  }

  async close(): Promise<void> {
    delete scope.__gradientLens;
    delete scope.self;
    await this.service.dispose();
    await rm(this.folder, { recursive: true, force: true });
  }

  /**
   * Runs a source (an experiment module, or a program that exports its `model`) and gives its layers.
   * `module` is what it gets as `gradient-lens`.
   */
  async build(text: string, name = 'net.model.ts', module: unknown = {}): Promise<Built> {
    const serial = ++this.serial;
    const file = path.join(this.folder, name.replace('.', `-${serial}.`));
    await writeFile(file, text);
    const bundle = await bundleModel(this.service, { model: file, unsaved: new Map() });
    const script = pathToFileURL(path.join(this.folder, `bundle-${serial}.mjs`)).href;
    await writeFile(new URL(script), bundle.code);
    const tf = { ...tfjs };
    let layers: LayerInfo[] = [];
    const tap = installTap<{ stack: string }>(tf, {
      statistics: createTypedArrayStatistics((tensor) => tensor.dataSync()),
      sampling: { everySteps: 1, activationEverySteps: 1 },
      captureSite: () => ({ stack: captureStack() }),
      onRecords: () => undefined,
      onLayers: (list) => {
        layers = list.map(({ site, ...layer }) => {
          const stack = site?.stack ?? '';
          const frames = constructionFrames(stack, layer.className);
          return toLayerInfo({ ...layer, frames }, bundle.map);
        });
      },
      onStep: () => undefined,
      now: () => 0,
    });
    try {
      let load: (() => Promise<Exports>) | undefined;
      scope.__gradientLens = { tf, module, program: (given) => (load = given) };
      scope.self = { location: { href: script } };
      await import(script);
      const exported = (await load?.()) ?? {};
      const { model } = exported;
      const made = typeof model === 'function' ? await model() : model;
      if (made) await trainOnce(made);
      tap.flush();
    } finally {
      tap.uninstall();
    }
    return { file: file.replaceAll('\\', '/'), layers };
  }
}
