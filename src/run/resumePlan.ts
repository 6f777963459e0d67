// From where, and how far, a run goes on that has ended: by what is known of it, without the editor.
import type { Checkpoint } from '../shared/core/checkpoint';
import type { RunState } from '../shared/core/run';

/** How a run ended that could go on. */
export interface EndedRun {
  state: RunState;
  kind: 'experiment' | 'program';
  /** Its newest step. */
  lastStep: number;
  maxSteps?: number;
  /** As planned. */
  epochs?: number;
  stepsPerEpoch?: number;
  /** Epochs in all that it was given in the place of what the module says. */
  givenEpochs?: number;
  /** Its newest checkpoint, where there is one. */
  checkpoint?: Pick<Checkpoint, 'step' | 'epochs' | 'origin'>;
}

/** How much more of a training that had come to its end. */
export interface MoreTraining {
  /** Optimizer steps. */
  steps?: number;
  epochs?: number;
}

/** What it takes to go on. */
export interface ResumePlan {
  /** The run goes on after this step. */
  step: number;
  /** Where the training had come to an end by itself. */
  ended?: ResumeEnd;
  /** Limit of all steps. */
  maxSteps?: number;
  /** Epochs in all, in the place of what the module says. */
  epochs?: number;
}

/** `steps`, `epochs`: it has trained as many as it was to. `early-stopping`: nothing improved. `program`: it returned. */
export type ResumeEnd = 'steps' | 'epochs' | 'early-stopping' | 'program';

/** How a run ended by itself; undefined where it was interrupted. */
export function endOf(run: EndedRun): ResumeEnd | undefined {
  const { checkpoint, maxSteps = Infinity, lastStep, state } = run;
  const step = checkpoint?.step ?? lastStep;
  if (checkpoint?.origin?.ended) return checkpoint.origin.ended;
  if (step >= maxSteps) return 'steps';
  if (checkpoint || state !== 'completed') return undefined;
  // Without a checkpoint all that is known is that it is over.
  return run.kind === 'program' ? 'program' : 'epochs';
}

/** How `run` goes on with `more`; undefined where it has ended and nothing more is asked for. */
export function planResume(run: EndedRun, more: MoreTraining = {}): ResumePlan | undefined {
  const ended = endOf(run);
  const { checkpoint, lastStep, stepsPerEpoch, givenEpochs } = run;
  const step = checkpoint?.step ?? lastStep;
  const { steps, epochs } = more;
  const isMore = steps !== undefined || epochs !== undefined;
  if (ended === 'program' || (ended && !isMore)) return undefined;
  const planned = checkpoint?.origin?.epochs ?? run.epochs ?? 0;
  const isBeyond = ended === 'epochs' || ended === 'early-stopping';
  const reached = ended === 'early-stopping' ? (checkpoint?.epochs.length ?? planned) : planned;
  // So many steps take no more epochs than this.
  const needed = steps === undefined ? 0 : Math.ceil(steps / (stepsPerEpoch ?? 1));
  const further = epochs ?? (isBeyond ? needed : 0);
  const total = further > 0 ? reached + further : givenEpochs;
  // The limit of before holds, unless more epochs are to come.
  const limit = epochs === undefined ? run.maxSteps : undefined;
  const maxSteps = steps === undefined ? limit : step + steps;
  return {
    step,
    ...(ended && { ended }),
    ...(maxSteps !== undefined && { maxSteps }),
    ...(run.kind === 'experiment' && total !== undefined && { epochs: total }),
  };
}
