// What of a run is shown while it is stopped: a place on the walk, or a step of the past without its values.
import type { RecordedTensor, StepRecording, TensorRef } from '../../shared/core/recording';
import type { StepRecord, TensorSummary } from '../../shared/core/stepRecord';
import type { DebuggedRun, StepDebugger } from '../debuggedRun';
import { namesOf, type NamedStep, type Point } from '../expression/names';
import type { Names } from '../expression/evaluate';
import { layerOf, reachAt, type Phase } from '../walk/phases';
import { isAtEnd, phaseOf, type Place } from '../walk/place';

/** One look at a run. */
export class View {
  readonly recording: StepRecording | undefined;
  private readonly recorded: ReadonlyMap<string, RecordedTensor>;

  /**
   * @param place Where the walk stands, or a step of the past.
   * @param isPast True where only statistics are there, whatever is recorded now.
   */
  constructor(
    readonly run: DebuggedRun,
    readonly debug: StepDebugger,
    readonly place: Place,
    readonly isPast = false,
  ) {
    this.recording = isPast ? undefined : debug.recordingOf(place.step);
    this.recorded = new Map(
      this.recording?.tensors.map((tensor) => [keyOf(tensor), tensor] as const),
    );
  }

  get step(): number {
    return this.place.step;
  }

  get record(): StepRecord | undefined {
    return this.place.record;
  }

  get phase(): Phase | undefined {
    return phaseOf(this.place);
  }

  get layer(): string | undefined {
    return layerOf(this.phase);
  }

  /** True once the walk has come to the update: weights are those after it. */
  get isUpdated(): boolean {
    return isAtEnd(this.place);
  }

  /** The names that expressions can use here. */
  get names(): Names {
    const { layer, phase } = this;
    const point: Point = {
      ...(layer !== undefined && { layer }),
      ...(phase && { phase: phase.type }),
      reach: this.reach,
    };
    return namesOf(this.named, point);
  }

  /** What the walk has reached. */
  get reach() {
    return reachAt(this.place.phases, this.place.index);
  }

  /** A tensor of the recording. */
  tensor(ref: TensorRef): RecordedTensor | undefined {
    return this.recorded.get(keyOf(ref));
  }

  /** All calls of a layer that left a tensor of this role. */
  calls(role: 'activation' | 'delta', layer: string): RecordedTensor[] {
    const tensors = this.recording?.tensors ?? [];
    return tensors.filter((tensor) => tensor.role === role && tensor.name === layer);
  }

  /** All tensors of these roles. */
  ofRole(...roles: readonly TensorRef['role'][]): RecordedTensor[] {
    return (this.recording?.tensors ?? []).filter(({ role }) => roles.includes(role));
  }

  private get named(): NamedStep {
    const { recording, run, record, nextRate } = this;
    return {
      ...{ record, layers: run.layers },
      ...(recording && { optimizer: recording.optimizer.numbers }),
      ...(nextRate !== undefined && { nextRate }),
      ...(!this.isUpdated && recording && { earlier: this.earlierWeights() }),
    };
  }

  private earlierWeights(): Map<string, TensorSummary> {
    return new Map(this.ofRole('previousWeight').map(({ name, summary }) => [name, summary]));
  }

  /** Learning rate that was set where the training stands, if this is there. */
  private get nextRate(): number | undefined {
    const { debug, isPast, step } = this;
    if (isPast || step !== debug.position) return undefined;
    const made = debug.changes.findLast(
      (one) => one.step === step && one.change.type === 'learningRate',
    );
    return made?.change.type === 'learningRate' ? made.change.value : undefined;
  }
}

const keyOf = ({ role, name, call }: TensorRef): string => JSON.stringify([role, name, call]);
