// Contestants on tfjs's own loop: nothing added, a hook that does nothing, the tap, and two other ways
// to look at every gradient.
// The published CommonJS file of tfjs-vis: its index would bring the charts, which need a document. Its
// `require` of tfjs-core is bundled to the one ES instance (the bundler prefers the field `module`).
import { tensorStats } from '@tensorflow/tfjs-vis/dist/util/math';
import type { LayersModel, Tensor } from '@tensorflow/tfjs';
import { summarize } from '../../src/shared/core/summary';
import { tf } from '../../webview/runtime/tf';
import { createOptimizer } from '../../webview/runtime/experiment/optimizer';
import type { ContestantOptions } from '../contestant';
import type { Contestant } from './contestants';
import { Batches } from './data';
import { memoryUse } from './memory';
import { NET } from './nets';
import { LOSS, OPTIMIZER } from './optimizers';
import { PROGRAM, type RunSteps } from './programs';
import { installRuntime } from './runtime';

interface NamedGradient {
  name: string;
  tensor: Tensor;
}
interface Applying {
  applyGradients(gradients: NamedGradient[]): void;
}

/** A model that is built and compiled as a user would. */
export function compiledModel({
  net,
  optimizer,
}: Pick<ContestantOptions, 'net' | 'optimizer'>): LayersModel {
  const model = NET[net].build(tf);
  model.compile({ optimizer: createOptimizer(tf, OPTIMIZER[optimizer]), loss: LOSS });
  return model;
}

/** Calls `after` with the gradients of every step, after they were applied. */
export function hookGradients(
  model: LayersModel,
  after: (gradients: readonly NamedGradient[]) => void,
): void {
  const optimizer = model.optimizer as unknown as Applying;
  const apply = optimizer.applyGradients.bind(optimizer);
  optimizer.applyGradients = (gradients) => {
    apply(gradients);
    after(gradients);
  };
}

/** Reads every gradient back and bins it in JavaScript. */
function readBack(gradients: readonly NamedGradient[]): void {
  for (const { tensor } of gradients) summarize(tensor.dataSync());
}

/** Plain tfjs, with what the variant hooks into it. */
export function plainContestant(options: ContestantOptions): Contestant {
  let train: RunSteps | undefined;
  // What tfjs-vis leaks is counted, then freed, so that one block does not slow the next.
  const leaks = options.variant === 'tfjs-vis';
  const engine = tf.engine();
  return {
    run: async (steps) => {
      const before = performance.now();
      train ??= preparePlain(options);
      if (leaks) engine.startScope();
      const losses = await train(steps);
      const ms = performance.now() - before;
      const memory = memoryUse(tf);
      if (leaks) engine.endScope();
      return { ms, losses, memory };
    },
  };
}

/** Builds the model and hooks in what the variant adds. */
function preparePlain(options: ContestantOptions): RunSteps {
  const { variant, program, activationEverySteps } = options;
  const sampling = { everySteps: 1, activationEverySteps };
  const runtime =
    variant === 'hook' ? installRuntime(tf, sampling, { onRecords: () => undefined }) : undefined;
  const batches = new Batches(tf, NET[options.net]);
  const model = compiledModel(options);
  const run = PROGRAM[program](tf, model, batches);
  let afterStep: (() => Promise<void>) | undefined;
  if (variant === 'noop') hookGradients(model, () => undefined);
  if (variant === 'readback') hookGradients(model, readBack);
  if (variant === 'tfjs-vis') {
    const waiting: Tensor[] = [];
    hookGradients(model, (gradients) => {
      for (const { tensor } of gradients) waiting.push(tf.keep(tensor.clone()));
    });
    afterStep = async () => {
      for (const gradient of waiting.splice(0)) {
        await tensorStats(gradient);
        gradient.dispose();
      }
    };
  }
  return async (steps) => {
    runtime?.gate.resume();
    const losses = await run(steps, afterStep);
    runtime?.flush();
    return losses;
  };
}
