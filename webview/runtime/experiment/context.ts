// What the training of an experiment needs of its session.
import type { LayersModel } from '@tensorflow/tfjs';
import type { EpochRecord } from '../../../src/shared/core/run';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import type { StartOptions } from '../../../src/shared/protocol/runtime';
import type { Tap, TfNamespace } from '../../../src/shared/tap/types';
import type { Checkpoint } from '../checkpoint/checkpoint';
import type { StateKeeper } from '../checkpoint/keeper';
import type { CheckpointSender } from '../checkpoint/sender';
import type { CountedRandom } from '../countedRandom';
import type { TrainingDebugger } from '../debug';
import type { TrainingData } from '../diagnosis';
import type { Gate } from '../gate';

/** What the loop needs of the session. */
export interface ExperimentContext {
  tf: TfNamespace;
  tap: Tap;
  gate: Gate;
  options: StartOptions;
  /** Tells of data in memory, before the first step. */
  announce(model: LayersModel, data: TrainingData): void;
  /** Measures the backends on the model and takes the faster one, before the first step. */
  chooseBackend(model: LayersModel, batchSize: number): void;
  /** The run's Math.random. */
  random: CountedRandom;
  /** Where the run goes on: a worker before this one lost its device, or an earlier run ended there. */
  checkpoint: Checkpoint | undefined;
  /** Present where a debugger is attached. */
  debug: TrainingDebugger | undefined;
  /** Takes note of what keeps the last good state. */
  keeps(keeper: StateKeeper): void;
  /** Takes note of what sends it to the host, where that keeps it. */
  sends(sender: CheckpointSender): void;
  /** The backend that the module was evaluated on. */
  builtOn: string;
  /** Throws where the device was lost: what is read from it then means nothing. */
  requireDevice(): void;
  /** Seconds of training time. */
  seconds(): number;
  /** Calls `listener` with the step records that follow, when they are delivered. */
  onRecords(listener: (records: readonly StepRecord[]) => void): void;
  /** Waits for the device and delivers every record so far. */
  flush(): void;
  /** To be called when an epoch has ended and its records were delivered. */
  reportEpoch(epoch: EpochRecord): void;
}
