// A training that goes on from an earlier run: from its last checkpoint, or by taking all steps again where there is
// none. Stands between the worker and the run's sink, and says what is not as it was.
import type { RunPast } from '../../run/past';
import type { RunSink, StartedInfo } from '../../run/source';
import type { Bundle } from '../../model/bundle';
import type { StepRecord } from '../../shared/core/stepRecord';

/** What a training goes on from. */
export interface ResumedRun {
  past: RunPast;
  /** Of the last step of the past; absent where all steps are taken again, which gives the same. */
  checkpoint?: ArrayBuffer;
  /** What the past trained on. */
  backend: string;
  renderer?: string;
  /** Hash of the bundle that was trained; absent where it is not known. */
  bundle?: string;
  /** The run that went before, in words: `the run of small.model.ts of 31 January, 15:45`. */
  words: string;
  /** Resolves when whoever records the run has begun to. */
  recorded?: Promise<unknown>;
}

/** Steps taken again between two lines of progress. */
const PROGRESS_STEPS = 50;

/** Records handed over at a time: some tens of milliseconds for a deep net. */
const PART = 200;

/** `past` in parts that follow one another; at least one. */
function* partsOf(past: RunPast): Generator<RunPast> {
  const { records, epochs } = past;
  let from = 0;
  do {
    const before = from === 0 ? 0 : (records[from - 1]?.step ?? 0);
    const part = records.slice(from, from + PART);
    from += PART;
    const last = from < records.length ? (part.at(-1)?.step ?? 0) : Infinity;
    const own = epochs.filter(({ step }) => step > before && step <= last);
    yield { ...past, records: part, epochs: own };
  } while (from < records.length);
}

/** One resumption. */
export class Resumption {
  private hasDiffered = false;
  private told = -Infinity;
  /** Losses of the past, to be met again. */
  private readonly losses: ReadonlyMap<number, number | undefined>;

  constructor(readonly resumed: ResumedRun) {
    const { records } = resumed.past;
    this.losses = new Map(records.map(({ step, loss }) => [step, loss]));
  }

  /** True where the steps of the past are taken again. */
  get isReplayed(): boolean {
    return this.resumed.checkpoint === undefined;
  }

  /** Hands the past over, and says from where the run goes on; resolves when it is recorded. */
  async begin(sink: RunSink): Promise<void> {
    const { past, words, recorded } = this.resumed;
    await recorded;
    for (const part of partsOf(past)) {
      sink.past(part);
      // The rules look at every step: those of a long run take seconds, in which the editor has to answer.
      await new Promise((resolve) => setImmediate(resolve));
    }
    const again = this.isReplayed
      ? ' There is no checkpoint to go on from, so those steps are taken once more first, with the same seed, which gives the same and takes the same time.'
      : '';
    const message = `The run goes on from ${words} after step ${past.step}.${again}`;
    sink.notice({ code: 'resumed', message });
  }

  /** The files that are trained may not be those of then. */
  bundled({ hash }: Bundle, sink: RunSink): void {
    const { bundle } = this.resumed;
    if (bundle === undefined || bundle === hash) return;
    sink.notice({
      code: 'model-changed',
      message:
        'The model, or a file that it imports, has changed since: from here on the numbers may be others than an uninterrupted run would have given.',
    });
  }

  /** A sink that the training reports to, on the way to `sink`. */
  around(sink: RunSink): RunSink {
    return {
      ...sink,
      started: (info) => {
        this.started(info, sink);
        sink.started(info);
      },
      records: (records, memory) => {
        if (!this.isReplayed) {
          sink.records(records, memory);
          return;
        }
        const fresh = records.filter(({ step }) => step > this.resumed.past.step);
        this.again(records, sink);
        if (fresh.length > 0) sink.records(fresh, memory);
      },
    };
  }

  private started({ backend, renderer }: StartedInfo, sink: RunSink): void {
    const { resumed } = this;
    const isSame =
      backend === resumed.backend &&
      (backend !== 'webgl' || (renderer ?? '') === (resumed.renderer ?? renderer ?? ''));
    // What trains at first may be exchanged by what trained then, which is told again.
    if (isSame || this.hasDiffered || resumed.backend === '') return;
    this.hasDiffered = true;
    const then = nameOf(resumed.backend, resumed.renderer);
    sink.notice({
      code: 'resumed-elsewhere',
      message: `The run trained on ${then}, and goes on on ${nameOf(backend, renderer)}: from here on its numbers differ in the last digits from those of an uninterrupted run.`,
    });
  }

  /** Steps of the past, taken again: their losses have to be the same. */
  private again(records: readonly StepRecord[], sink: RunSink): void {
    const { step: last } = this.resumed.past;
    for (const { step, loss } of records) {
      if (step > last) break;
      if (step - this.told >= PROGRESS_STEPS || step === last) {
        this.told = step;
        sink.progress(`Taking the steps up to ${last} again: ${step}`);
      }
      const before = this.losses.get(step);
      if (this.hasDiffered || before === undefined || loss === undefined) continue;
      if (Object.is(before, loss)) continue;
      this.hasDiffered = true;
      sink.notice({
        code: 'replay-differs',
        message: `The program does not repeat itself: its loss at step ${step} was ${before}, and now is ${loss}. What follows is another training than the one before.`,
      });
    }
  }
}

function nameOf(backend: string, renderer: string | undefined): string {
  return renderer === undefined ? backend : `${backend} (${renderer})`;
}
