// Records in a steps file, each read when somebody looks into it. The file is open only for that moment: it can be
// deleted while its run is shown.
import { closeSync, openSync, readSync } from 'node:fs';
import type { StoredRecord } from '../run/recordStore';
import type { StepRecord } from '../shared/core/stepRecord';
import { ProtocolError } from '../shared/protocol/protocolError';
import { RecordPacker } from '../shared/protocol/recordPacker';
import type { IndexEntry } from './stepIndex';

/** Largest record that is believed, bytes: one of a thousand layers has a megabyte. */
const MAX_RECORD = 64 * 1024 * 1024;

export class RecordFile {
  constructor(private readonly file: string) {}

  /** A record as a history takes it. */
  stored(entry: IndexEntry): StoredRecord {
    const { head, gradientNorm, isNonFinite } = entry;
    return { head, gradientNorm, isNonFinite, read: () => this.read(entry) };
  }

  /** The whole record. Undefined where the file is gone, or holds something else at that place. */
  read({ template, offset, size, head }: IndexEntry): StepRecord | undefined {
    const bytes = this.bytes(offset, size);
    if (!bytes) return undefined;
    try {
      const record = new RecordPacker([template]).unpack({ template: 0, bytes });
      delete record.probe;
      return record.step === head.step ? record : undefined;
    } catch (error) {
      if (error instanceof ProtocolError) return undefined;
      throw error;
    }
  }

  private bytes(offset: number, size: number): Uint8Array | undefined {
    if (size > MAX_RECORD) return undefined;
    const bytes = new Uint8Array(size);
    try {
      const file = openSync(this.file, 'r');
      try {
        return readSync(file, bytes, 0, size, offset) === size ? bytes : undefined;
      } finally {
        closeSync(file);
      }
    } catch {
      return undefined;
    }
  }
}
