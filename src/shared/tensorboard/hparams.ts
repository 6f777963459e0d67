// Messages of TensorBoard's hparams plugin: with which hyperparameters a run began, and how it ended. There is no
// `_hparams_/experiment`: TensorBoard takes the first that it finds for all runs of a folder, and would then hide
// the hyperparameters that only other runs have; without it, it collects them from all runs.
import { PbfWriter } from 'pbf';
import type { HyperparameterValue } from '../core/runSummary';
import { AnyField, EndInfoField, EntryField, HParamsField, StartInfoField } from './wire';

export const START_TAG = '_hparams_/session_start_info';
export const END_TAG = '_hparams_/session_end_info';

function writeAny(value: HyperparameterValue, pbf: PbfWriter): void {
  if (typeof value === 'number') pbf.writeDoubleField(AnyField.NUMBER, value);
  else if (typeof value === 'string') pbf.writeStringField(AnyField.STRING, value);
  else pbf.writeBooleanField(AnyField.BOOL, value);
}

/** With which hyperparameters a session began. `seconds`: wall time, since 1970. */
export function sessionStart(
  hyperparameters: Readonly<Record<string, HyperparameterValue>>,
  seconds: number,
): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeMessage(
    HParamsField.SESSION_START_INFO,
    () => {
      for (const [name, value] of Object.entries(hyperparameters)) {
        pbf.writeMessage(
          StartInfoField.HPARAMS,
          () => {
            pbf.writeStringField(EntryField.KEY, name);
            pbf.writeMessage(EntryField.VALUE, writeAny, value);
          },
          undefined,
        );
      }
      pbf.writeDoubleField(StartInfoField.START_TIME_SECS, seconds);
    },
    undefined,
  );
  return pbf.finish();
}

/** How and when a session ended: a SessionStatus. */
export function sessionEnd(status: number, seconds: number): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeMessage(
    HParamsField.SESSION_END_INFO,
    () => {
      pbf.writeVarintField(EndInfoField.STATUS, status);
      pbf.writeDoubleField(EndInfoField.END_TIME_SECS, seconds);
    },
    undefined,
  );
  return pbf.finish();
}
