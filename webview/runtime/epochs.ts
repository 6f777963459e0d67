// Follows fit and fitDataset by a callback of ours that tfjs adds to every training: plan, epoch
// numbers and epoch metrics. It reads nothing back per step, so fit stays as fast as it was.
import type { Logs, Tensor } from '@tensorflow/tfjs';
import type { HookContext } from './hooks';
import { postToHost } from './scope';

interface FitParams {
  epochs: number;
  initialEpoch?: number | null;
  samples?: number | null;
  steps?: number | null;
  batchSize?: number | null;
}

/** Metrics may still be scalars on the device when tfjs hands them to a callback. */
type RawLogs = Record<string, number | Tensor>;

/** The constructor of a callback that reports to `context`. One counter serves all fits of a run. */
export function epochReporter(context: HookContext) {
  const { tf, tap, gate } = context;
  let epoch = 0;
  return class EpochReporter extends tf.Callback {
    override onTrainBegin(): Promise<void> {
      const params = this.params as unknown as FitParams;
      const epochs = epoch + params.epochs - (params.initialEpoch ?? 0);
      const { steps, samples, batchSize } = params;
      const stepsPerEpoch = steps ?? (samples && batchSize ? Math.ceil(samples / batchSize) : null);
      postToHost({ type: 'plan', epochs, ...(stepsPerEpoch !== null && { stepsPerEpoch }) });
      return Promise.resolve();
    }

    override onEpochBegin(): Promise<void> {
      epoch += 1;
      tap.setEpoch(epoch);
      return Promise.resolve();
    }

    override async onBatchBegin(): Promise<void> {
      await gate.pass();
    }

    override async onBatchEnd(): Promise<void> {
      await gate.pass();
    }

    override onEpochEnd(_: number, logs?: Logs): Promise<void> {
      const metrics: Record<string, number> = {};
      for (const [name, value] of Object.entries((logs ?? {}) as RawLogs)) {
        const number = typeof value === 'number' ? value : value.dataSync()[0];
        if (number !== undefined) metrics[name] = number;
      }
      context.flush();
      context.reportEpoch({ epoch, step: tap.step, metrics });
      return Promise.resolve();
    }
  };
}
