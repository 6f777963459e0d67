// Keeps the steps that were recorded in full: their tensors retained, until the training goes on.
import type { LayersModel, Optimizer, Tensor } from '@tensorflow/tfjs';
import type {
  LayerCall,
  RecordedTensor,
  StepRecording,
  TensorRef,
  TensorRole,
} from '../../../src/shared/core/recording';
import type { TensorSummary } from '../../../src/shared/core/stepRecord';
import { summarize } from '../../../src/shared/core/summary';
import type { Questions } from '../../../src/shared/protocol/runtime';
import type { FullCall, FullStep } from '../../../src/shared/tap/fullStep';
import { Patches } from '../../../src/shared/tap/patches';
import { retain, type Retained } from '../../../src/shared/tap/retained';
import type { StatisticsEngine, TfNamespace } from '../../../src/shared/tap/types';
import { readValues } from '../checkpoint/capture';
import { slotTensors } from '../checkpoint/state';
import { clippedOptimizer } from '../experiment/clipping';
import { optimizerFacts } from './optimizerFacts';
import { MAX_PAGE, TensorValues } from './tensorValues';

interface Kept {
  ref: TensorRef;
  retained: Retained;
}

/** A recording without its summaries. */
interface KeptStep {
  step: number;
  isTold: boolean;
  forward: LayerCall[];
  backward: LayerCall[];
  optimizer: StepRecording['optimizer'];
  tensors: Kept[];
}

/** What the training function of a compiled model takes: inputs, then labels, then weights of samples. */
interface TrainedModel {
  makeTrainFunction(this: TrainedModel): (data: (Tensor | null)[]) => Tensor[];
  inputs: LayersModel['inputs'];
  outputs: LayersModel['outputs'];
}

const NUMERIC = ['float32', 'int32', 'bool'];

/** The steps recorded in full last: one, or those that a program took between two await points. */
export class StepKeeper {
  private batch: Kept[] = [];
  private kept: KeptStep[] = [];
  private readonly values: TensorValues;

  constructor(
    private readonly tf: TfNamespace,
    private readonly statistics: StatisticsEngine,
  ) {
    this.values = new TensorValues(tf);
  }

  /** The newest step that is kept. */
  get step(): number | undefined {
    return this.kept.at(-1)?.step;
  }

  /** Watches the batches of compiled models; `isWanted` tells whether the step to come is recorded. */
  watchBatches(isWanted: () => boolean): void {
    const prototype = this.tf.LayersModel.prototype as unknown as TrainedModel;
    const take = (model: TrainedModel, data: readonly (Tensor | null)[]): void =>
      this.takeBatch(model, data);
    new Patches().replace(prototype, 'makeTrainFunction', (original) => {
      return function makeTrainFunction(this: TrainedModel) {
        const train = original.call(this);
        return (data) => {
          if (isWanted()) take(this, data);
          return train(data);
        };
      };
    });
  }

  /** Takes over a step, with the batch that it was given. */
  take({ step, optimizer, forward, backward, variables }: FullStep): void {
    const kept = (role: TensorRole, name: string, retained: Retained, call = 0): Kept => ({
      ref: { role, name, call },
      retained,
    });
    const updating = clippedOptimizer(optimizer as unknown as Optimizer);
    this.kept.push({
      step,
      isTold: false,
      forward: forward.map(callOf),
      backward: backward.map(callOf),
      optimizer: optimizerFacts(this.tf, optimizer as unknown as Optimizer),
      tensors: [
        ...this.batch.splice(0),
        ...forward.map(({ layer, call, activation }) =>
          kept('activation', layer, activation, call),
        ),
        ...backward.flatMap(({ layer, call, delta }) =>
          delta ? kept('delta', layer, delta, call) : [],
        ),
        ...variables.flatMap(({ name, gradient, previous, weight }) => [
          kept('gradient', name, gradient),
          kept('previousWeight', name, previous),
          kept('weight', name, weight),
        ]),
        ...[...slotTensors(this.tf, updating)].map(([name, tensor]) =>
          kept('slot', name, retain(this.tf, tensor)),
        ),
      ],
    });
  }

  /** The recordings, each once. Waits for the device. */
  tell(): StepRecording[] {
    const since = this.kept[0]?.step ?? 0;
    return this.kept.filter(({ isTold }) => !isTold).map((kept) => this.recordingOf(kept, since));
  }

  private recordingOf(kept: KeptStep, since: number): StepRecording {
    kept.isTold = true;
    const summaries = this.summarize(kept.tensors.map(({ retained }) => retained.tensor));
    const { step, forward, backward, optimizer, tensors } = kept;
    return {
      ...{ step, forward, backward, optimizer },
      ...(since < step && { since }),
      tensors: tensors.map(({ ref, retained: { tensor } }, i) => ({
        ...ref,
        shape: [...tensor.shape],
        dtype: tensor.dtype as RecordedTensor['dtype'],
        summary: summaries[i] as TensorSummary,
      })),
    };
  }

  /** Elements of a tensor; a sentence where there is no answer. */
  read({ role, name, call, step, start, count }: Questions['values']['params']) {
    const kept = this.kept.find((one) => one.step === (step ?? this.step));
    if (!kept) {
      return 'No step is recorded: take one step, then its tensors can be looked at.';
    }
    const found = kept.tensors.find(
      ({ ref }) => ref.role === role && ref.name === name && ref.call === call,
    );
    if (!found) {
      return `The recording of step ${kept.step} has no ${role} "${name}"${call > 0 ? `, call ${call}` : ''}.`;
    }
    const { tensor } = found.retained;
    const isPlace = [start, count].every((number) => Number.isInteger(number) && number >= 0);
    if (!isPlace || start > tensor.size) {
      return `Element ${start} is out of range: the ${role} "${name}" has ${tensor.size} elements.`;
    }
    if (count > MAX_PAGE) {
      return `${count} elements are too many at once: ask for ${MAX_PAGE} at most.`;
    }
    return this.values.read(tensor, start, Math.min(tensor.size, start + count));
  }

  /** Lets the tensors go; `withBatch`: also those of a step that is under way. */
  release(withBatch = true): void {
    for (const { tensors } of this.kept.splice(0)) {
      tensors.forEach(({ retained }) => retained.release());
    }
    this.values.clear();
    if (withBatch) for (const { retained } of this.batch.splice(0)) retained.release();
  }

  private takeBatch(model: TrainedModel, data: readonly (Tensor | null)[]): void {
    for (const { retained } of this.batch.splice(0)) retained.release();
    const inputs = model.inputs.length;
    data.slice(0, inputs + model.outputs.length).forEach((tensor, i) => {
      if (!tensor || !NUMERIC.includes(tensor.dtype)) return;
      const role = i < inputs ? 'input' : 'label';
      const name = String(i < inputs ? i : i - inputs);
      this.batch.push({ ref: { role, name, call: 0 }, retained: retain(this.tf, tensor) });
    });
  }

  private summarize(tensors: readonly Tensor[]): TensorSummary[] {
    const floats = tensors.filter(({ dtype }) => dtype === 'float32');
    const measured = this.statistics.measure(floats).take();
    let next = 0;
    return tensors.map((tensor) =>
      tensor.dtype === 'float32'
        ? (measured[next++] as TensorSummary)
        : summarize(readValues(this.tf, tensor)),
    );
  }
}

function callOf({ layer, call }: FullCall): LayerCall {
  return { layer, call };
}
