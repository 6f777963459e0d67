// Opens a run from its folder: the overview first, then what the steps file has beyond it, whole or torn. Records stay
// in the file and are read from there when somebody looks into them.
import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { RunHistory, type HistoryOptions } from '../run/runHistory';
import { isNonFinite, Peaks, totalGradientNorm } from '../run/notable';
import { isFinal, type EpochRecord } from '../shared/core/run';
import { Fields, guarded, metrics } from '../shared/protocol/checks';
import { decodePacked } from '../shared/protocol/codec';
import type { RunView } from '../shared/protocol/panel';
import { ProtocolError } from '../shared/protocol/protocolError';
import { RecordPacker } from '../shared/protocol/recordPacker';
import { decodeJson, FILE_MAGIC, readFrames } from './frames';
import { runView } from './guards/viewGuard';
import { readOverview } from './overview';
import { RecordFile } from './recordFile';
import { STEPS_FILE } from './runFolder';
import { headOf, StepIndex, type IndexEntry } from './stepIndex';
import { StoreError, systemMessage } from './storeError';

/** A run as it was when its files were last written. It cannot be controlled: `view.live` is false. */
export interface StoredRun {
  view: RunView;
  history: RunHistory;
  /** True where the run had ended by itself before the file ended. */
  isComplete: boolean;
  /** Bytes of an incomplete write at the end, which were left out. */
  tornBytes: number;
  /** Bytes that the overview did not cover and that were read: many of them make opening slow. */
  readBytes: number;
  /** Records in the file, for a new overview. */
  index: StepIndex;
}

/** How the frame of a view begins, see `StoredEvent`. */
const VIEW_START = Buffer.from('{"type":"view"', 'utf8');

function epochOf(value: unknown): EpochRecord {
  const fields = new Fields(value, 'epoch');
  return {
    epoch: fields.count('epoch'),
    step: fields.count('step'),
    metrics: metrics(fields.get('metrics'), fields.path('metrics')),
  };
}

/** Restores the run in a folder. Rejects with a StoreError where there is none. */
export async function openRun(
  folder: string,
  options: Partial<HistoryOptions> = {},
): Promise<StoredRun> {
  const file = path.join(folder, STEPS_FILE);
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    throw new StoreError(
      'cannot-read',
      `The run in ${folder} cannot be read (${systemMessage(error)}). Train the model again.`,
      { cause: error },
    );
  }
  try {
    const magic = Buffer.alloc(FILE_MAGIC.length);
    await handle.read(magic, 0, magic.length, 0);
    if (!magic.equals(FILE_MAGIC)) {
      throw new StoreError(
        'not-a-run',
        `${file} is not a run of this version of Gradient Lens. Train the model again.`,
      );
    }
    return await new RunReader(folder, file, options).read(handle);
  } finally {
    await handle.close();
  }
}

class RunReader {
  private readonly history: RunHistory;
  private readonly records: RecordFile;
  private readonly index = new StepIndex();
  private readonly peaks = new Peaks();
  private view: RunView | undefined;
  private newestView: Buffer | undefined;
  private sawWhole = false;

  constructor(
    private readonly folder: string,
    private readonly file: string,
    options: Partial<HistoryOptions>,
  ) {
    this.history = new RunHistory(options);
    this.records = new RecordFile(file);
  }

  async read(handle: FileHandle): Promise<StoredRun> {
    const { size } = await handle.stat();
    const from = await this.restore(size);
    const tornBytes = await this.readFrom(handle, from);
    this.takeView();
    const { view, history, index } = this;
    if (!view) {
      throw new StoreError(
        'no-view',
        `${this.file} ends before the run in it began. Train the model again.`,
      );
    }
    const isComplete = isFinal(view.state) && view.live;
    return {
      view: {
        ...view,
        state: isFinal(view.state) ? view.state : 'stopped',
        step: Math.max(view.step, history.step),
        live: isComplete,
      },
      ...{ history, isComplete, tornBytes, index },
      readBytes: size - from,
    };
  }

  /** Takes what the overview knows; returns up to where in the file that is all. */
  private async restore(size: number): Promise<number> {
    const overview = await readOverview(this.folder);
    // One that is ahead of a file that was torn speaks of what is not there.
    if (!overview || overview.covered > size) return FILE_MAGIC.length;
    for (const entry of overview.index) this.index.add(entry);
    this.view = overview.view;
    this.sawWhole = overview.index.length > 0;
    const stored = overview.index.map((entry) => this.records.stored(entry));
    this.history.restore(overview.series, stored);
    return overview.covered;
  }

  private async readFrom(handle: FileHandle, from: number): Promise<number> {
    const frames = readFrames(handle, from);
    let next = await frames.next();
    for (; !next.done; next = await frames.next()) {
      const { kind, payload, offset } = next.value;
      if (kind === 'records') this.takeRecords(payload, offset);
      else this.takeEvent(payload);
    }
    return next.value;
  }

  private takeEvent(payload: Buffer): void {
    // A view is the whole of it: only the newest needs to be read.
    if (payload.subarray(0, VIEW_START.length).equals(VIEW_START)) {
      this.newestView = Buffer.from(payload);
      return;
    }
    this.guard(() => {
      const fields = new Fields(decodeJson(payload), 'event');
      switch (fields.oneOf('type', ['epoch', 'cut'])) {
        case 'epoch':
          this.history.addEpoch(epochOf(fields.get('epoch')));
          break;
        case 'cut': {
          const step = fields.count('step');
          this.index.cut(step);
          this.history.cut(step);
          break;
        }
      }
    });
  }

  private takeView(): void {
    const payload = this.newestView;
    if (!payload) return;
    this.guard(() => {
      this.view = runView(new Fields(decodeJson(payload), 'event').get('view'));
    });
  }

  /** What is malformed was not written by a RunWriter: the rest of the run is still worth showing. */
  private guard(take: () => void): void {
    try {
      guarded(take);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }

  private takeRecords(payload: Buffer, start: number): void {
    try {
      const { templates, records } = decodePacked(payload);
      const packer = new RecordPacker(templates);
      for (const packed of records) {
        const record = packer.unpack(packed);
        const isWhole = Object.keys(record.layers).length > 0;
        this.sawWhole ||= isWhole;
        const template = templates[packed.template];
        if (!template) continue;
        const entry: IndexEntry = {
          ...{ template, offset: start + packed.offset, size: packed.bytes.length },
          head: headOf(record),
          gradientNorm: totalGradientNorm(record),
          isNonFinite: isNonFinite(record),
          standsOut: this.peaks.note(record),
        };
        // Of a step without its tensors, among others that have theirs, only the scalars were kept.
        const isScalars = this.sawWhole && !isWhole;
        const stored = this.records.stored(entry);
        if (this.history.append(record, isScalars ? 'nowhere' : stored) && !isScalars) {
          this.index.add(entry);
        }
      }
    } catch (error) {
      // A batch of another version of the layout: the rest of the run is still worth showing.
      if (!(error instanceof ProtocolError)) throw error;
    }
  }
}
