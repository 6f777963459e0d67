// What a run goes on from, as its worker gets it.
import type { Checkpoint } from '../../../src/shared/core/checkpoint';
import { decodeCheckpoint as decode } from '../../../src/shared/protocol/checkpointCodec';
import { ProtocolError } from '../../../src/shared/protocol/protocolError';
import { RunFailure } from '../failure';

export { encodeCheckpoint } from '../../../src/shared/protocol/checkpointCodec';
export type {
  Checkpoint,
  CheckpointOrigin,
  Progress,
  SavedTensor,
} from '../../../src/shared/core/checkpoint';

/** Throws RunFailure (`bad-checkpoint`) where the bytes are not a checkpoint of this version. */
export function decodeCheckpoint(buffer: ArrayBuffer): Checkpoint {
  try {
    return decode(buffer);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new RunFailure('bad-checkpoint', error.message, { cause: error });
  }
}
