// What every training says of itself, whether in a worker or in a Node process, as calls of the run's sink.
import { messageOf } from '../model/modelError';
import type { RunPast } from '../run/past';
import type { RunSink } from '../run/source';
import type { EpochRecord } from '../shared/core/run';
import { decodeStepRecords } from '../shared/protocol/codec';
import type { FromRuntime, RawLayer } from '../shared/protocol/runtime';
import { toAutopsy, toLayerInfo, type Locator, type Placed } from './reports';

type Of<Type extends FromRuntime['type']> = Extract<FromRuntime, { type: Type }>;

/** Messages that mean the same wherever a model trains. */
export type TrainingMessage<Frame> =
  | { type: 'layers'; layers: readonly Placed<RawLayer, Frame>[] }
  | Placed<Of<'autopsy'>, Frame>
  | Of<'facts' | 'steps' | 'plan' | 'state' | 'notice' | 'progress'>;

/** What a reporter needs of its source. */
export interface ReporterOptions<Frame> {
  locator: Locator<Frame>;
  /** True where a training goes on from a checkpoint: it does not know what it began with. */
  isContinued?: () => boolean;
  /** Told what is wrong beneath the run, for the log. */
  onTrouble(message: string): void;
}

/** Hands the messages of one run to its sink. */
export class Reporter<Frame> {
  private newestStep = 0;
  private newestEpoch = 0;
  /** Step before which a model was first looked at, by the layers that it trains. */
  private readonly factSteps = new Map<string, number>();

  constructor(private readonly options: ReporterOptions<Frame>) {}

  /** Number of the newest step recorded; 0 before the first. */
  get lastStep(): number {
    return this.newestStep;
  }

  /** The training goes on from what an earlier run did. */
  goOnFrom({ step, epochs, facts }: RunPast): void {
    this.newestStep = step;
    this.newestEpoch = epochs.at(-1)?.epoch ?? 0;
    for (const known of facts) this.factSteps.set(known.trainedLayers.join(), known.step);
  }

  report(message: TrainingMessage<Frame>, sink: RunSink): void {
    const { locator } = this.options;
    switch (message.type) {
      case 'layers':
        sink.layers(message.layers.map((layer) => toLayerInfo(layer, locator)));
        break;
      case 'autopsy':
        sink.autopsy(toAutopsy(message, locator));
        break;
      case 'facts':
        this.facts(message, sink);
        break;
      case 'steps':
        this.steps(message, sink);
        break;
      case 'plan':
        this.plan(message, sink);
        break;
      case 'state':
        sink.state(message.state, message.step);
        break;
      case 'notice':
        sink.notice(message.notice);
        break;
      case 'progress':
        sink.progress(message.message);
        break;
    }
  }

  private get isContinued(): boolean {
    return this.options.isContinued?.() ?? false;
  }

  private plan({ epochs, stepsPerEpoch }: Of<'plan'>, sink: RunSink): void {
    sink.plan({
      ...(epochs !== undefined && { epochs }),
      ...(stepsPerEpoch !== undefined && { stepsPerEpoch }),
    });
  }

  private facts({ facts }: Of<'facts'>, sink: RunSink): void {
    const model = facts.trainedLayers.join();
    const known = this.factSteps.get(model) ?? Infinity;
    if (this.isContinued && facts.step > known) return;
    this.factSteps.set(model, Math.min(facts.step, known));
    sink.facts(facts);
  }

  private epoch(record: EpochRecord, sink: RunSink): void {
    if (this.isContinued && record.epoch <= this.newestEpoch) return;
    this.newestEpoch = record.epoch;
    sink.epoch(record);
  }

  private steps(message: Of<'steps'>, sink: RunSink): void {
    try {
      const records = decodeStepRecords(message.batch);
      this.newestStep = Math.max(this.newestStep, records.at(-1)?.step ?? 0);
      sink.records(records, message.memory);
    } catch (error) {
      this.options.onTrouble(`A batch of step records was refused: ${messageOf(error)}`);
    }
    for (const epoch of message.epochs) this.epoch(epoch, sink);
  }
}
