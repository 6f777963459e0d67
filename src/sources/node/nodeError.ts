// Why a program cannot be trained in Node, or could not be followed to its end: the one typed error here.
import type { RunError } from '../../shared/core/run';

/** Stable codes of what goes wrong around a Node process. */
export type NodeErrorCode =
  | 'node-missing'
  | 'node-too-old'
  | 'script-missing'
  | 'launch-failed'
  | 'channel-failed'
  | 'channel-corrupt'
  | 'channel-lost'
  | 'version-mismatch'
  | 'nothing-trained'
  | 'process-failed'
  | 'process-killed';

/** Says what happened, where, and what to do next. */
export class NodeError extends Error {
  override readonly name = 'NodeError';

  constructor(
    readonly code: NodeErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** The form that a failed run shows. */
  toRunError(): RunError {
    return { code: this.code, message: this.message };
  }
}
