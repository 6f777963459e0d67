// Why a run refuses a control.

/** A control that a run cannot obey. `message` says why and what to do instead. */
export class RunControlError extends Error {
  override readonly name = 'RunControlError';

  constructor(
    readonly code:
      | 'run-ended'
      | 'cannot-pause'
      | 'no-answer'
      | 'bad-step-count'
      | 'bad-step'
      | 'not-answered'
      | 'illegal-state',
    message: string,
  ) {
    super(message);
  }
}
