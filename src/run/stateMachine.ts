// The states of a run and the moves between them.
import { isFinal, type RunState } from '../shared/core/run';
import { RunControlError } from './runControlError';

const FINAL: readonly RunState[] = ['completed', 'stopped', 'failed'];

/** `starting → running ⇄ paused → completed | stopped | failed`; a run may also start paused. */
const MOVES: Record<RunState, readonly RunState[]> = {
  starting: ['running', 'paused', ...FINAL],
  running: ['paused', ...FINAL],
  paused: ['running', ...FINAL],
  completed: [],
  stopped: [],
  failed: [],
};

/** Holds the state and refuses illegal moves. */
export class RunStateMachine {
  private current: RunState = 'starting';

  constructor(private readonly onChange: (state: RunState) => void) {}

  get state(): RunState {
    return this.current;
  }

  get isFinal(): boolean {
    return isFinal(this.current);
  }

  canMove(to: RunState): boolean {
    return MOVES[this.current].includes(to);
  }

  /** Moves, and tells; staying where it is, is no move. Throws RunControlError `illegal-state`. */
  move(to: RunState): void {
    if (to === this.current) return;
    if (!this.canMove(to)) {
      throw new RunControlError(
        'illegal-state',
        `A run that is ${this.current} cannot become ${to}. This is a defect of its source.`,
      );
    }
    this.current = to;
    this.onChange(to);
  }
}
