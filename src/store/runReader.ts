// Reads a run back from its file, whole or torn.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { RunHistory, type HistoryOptions } from '../run/runHistory';
import { isFinal } from '../shared/core/run';
import { decodeStepRecords } from '../shared/protocol/codec';
import type { RunView } from '../shared/protocol/panel';
import { ProtocolError } from '../shared/protocol/protocolError';
import { decodeFrames, decodeJson, FILE_MAGIC } from './frames';
import { STEPS_FILE } from './runFolder';
import type { StoredEvent } from './runWriter';
import { StoreError, systemMessage } from './storeError';

/** A run as it was when its file was last written. It cannot be controlled: `view.live` is false. */
export interface StoredRun {
  view: RunView;
  history: RunHistory;
  /** True where the run had ended by itself before the file ended. */
  isComplete: boolean;
  /** Bytes of an incomplete write at the end, which were left out. */
  tornBytes: number;
}

/** Restores the run in a folder. Rejects with a StoreError where there is none. */
export function openRun(folder: string, options: Partial<HistoryOptions> = {}): Promise<StoredRun> {
  return readRun(path.join(folder, STEPS_FILE), options);
}

/** Restores a run. Throws a StoreError where the file is not, or does not begin as, a run. */
export async function readRun(
  file: string,
  options: Partial<HistoryOptions> = {},
): Promise<StoredRun> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new StoreError(
      'cannot-read',
      `The run in ${file} cannot be read (${systemMessage(error)}). Train the model again.`,
      { cause: error },
    );
  });
  if (!bytes.subarray(0, FILE_MAGIC.length).equals(FILE_MAGIC)) {
    throw new StoreError(
      'not-a-run',
      `${file} is not a run of this version of Gradient Lens. Train the model again.`,
    );
  }
  const { frames, tornBytes } = decodeFrames(bytes);
  const history = new RunHistory(options);
  let view: RunView | undefined;
  for (const { kind, payload } of frames) {
    if (kind === 'records') {
      appendRecords(history, payload);
      continue;
    }
    // The check sum held, so this is what a RunWriter wrote.
    const event = decodeJson(payload) as StoredEvent;
    if (event.type === 'view') view = event.view;
    else if (event.type === 'cut') history.cut(event.step);
    else history.addEpoch(event.epoch);
  }
  if (!view) {
    throw new StoreError(
      'no-view',
      `${file} ends before the run in it began. Train the model again.`,
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
    history,
    isComplete,
    tornBytes,
  };
}

function appendRecords(history: RunHistory, payload: Buffer): void {
  const copy = Uint8Array.from(payload).buffer;
  try {
    for (const record of decodeStepRecords(copy)) history.append(record);
  } catch (error) {
    // A batch of another version of the layout: the rest of the run is still worth showing.
    if (!(error instanceof ProtocolError)) throw error;
  }
}
