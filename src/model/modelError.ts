// Why a model file cannot be trained, before or while its code runs: the one typed error of src/model.
import type { RunError, SourceLocation } from '../shared/core/run';

/** Stable codes of failures found without running the model. */
export type ModelErrorCode =
  | 'syntax-error'
  | 'missing-import'
  | 'missing-file'
  | 'needs-node'
  | 'unsupported-file'
  | 'bundler-unavailable'
  | 'bundle-failed';

/** A model that cannot be bundled; `location` is in the user's own source where it is known. */
export class ModelError extends Error {
  override readonly name = 'ModelError';

  constructor(
    readonly code: ModelErrorCode,
    message: string,
    readonly location?: SourceLocation,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** The form that a failed run shows. */
  toRunError(): RunError {
    return {
      code: this.code,
      message: this.message,
      ...(this.location && { line: this.location.line, location: this.location }),
    };
  }
}

export { messageOf } from '../shared/core/thrown';
