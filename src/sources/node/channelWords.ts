// What a run says when its channel fails it.
import { NODE_PROTOCOL_VERSION } from '../../shared/protocol/node';
import { NodeError } from './nodeError';

/** What the process sent is no message. */
export function channelCorrupt(script: string, step: number): NodeError {
  return new NodeError(
    'channel-corrupt',
    `What ${script} sent could not be understood, and recording ended after step ${step}; what was ` +
      'recorded until then is kept. The program goes on in its terminal. Train again; if it happens ' +
      'again, please report it with the log (Show Output).',
  );
}

/** The preload of another version of Gradient Lens connected. */
export function otherVersion(version: number): NodeError {
  return new NodeError(
    'version-mismatch',
    `The program was started with another version of Gradient Lens (protocol ${version}, not ` +
      `${NODE_PROTOCOL_VERSION}). Reload the window and train again.`,
  );
}

/** The connection broke while the program went on. */
export function channelLost(script: string): NodeError {
  return new NodeError(
    'channel-lost',
    `The connection to ${script} was lost; what was recorded until then is kept. The program goes on in ` +
      'its terminal, unrecorded. Stop it there (Ctrl-C) and train again.',
  );
}
