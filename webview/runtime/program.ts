// Runs a program: a module that trains when it is evaluated, or else by an exported function. Knows
// when it is over: a program may go on training from timers or promises that nobody awaits.
import { idleTurns, type Activity } from './activity';
import { RunFailure } from './failure';
import { native } from './scope';

/** Functions that are called where evaluating the module trained nothing, in this order. */
const ENTRIES = ['default', 'main', 'train', 'run'];

/** After the last step a program may train on from something that cannot be counted; milliseconds. */
const QUIET_MS = 1000;
/** Before it counts as having trained nothing: time without anything pending, in milliseconds. */
const STILL_MS = 60;
/** Timers alone (a forgotten setInterval) keep a run open only this long after its last step. */
const TIMER_PATIENCE_MS = 5000;
const POLL_MS = 20;

/** What a program run needs to know. */
export interface ProgramContext {
  /** Optimizer steps so far. */
  steps(): number;
  /** `performance.now()` of the last step. */
  lastStep(): number;
  activity: Activity;
  /** Requests to the host without an answer. */
  pendingRequests(): number;
}

/** Resolves when the program is over and has trained; throws what it threw. */
export async function runProgram(
  load: () => Promise<unknown>,
  context: ProgramContext,
): Promise<void> {
  const module = await load();
  if (context.steps() === 0) await settle(context, STILL_MS);
  if (context.steps() === 0) {
    const entry = findEntry(module);
    if (entry) await entry.call();
    await settle(context, QUIET_MS);
    if (context.steps() === 0) throw nothingTrained(entry?.name);
  }
  await settle(context, QUIET_MS);
}

/** Waits until nothing is pending and no step was taken for `quiet` milliseconds. */
async function settle(context: ProgramContext, quiet: number): Promise<void> {
  const { activity } = context;
  const start = native.now();
  let still = start;
  for (;;) {
    await idleTurns(2);
    const now = native.now();
    const lastStep = Math.max(context.lastStep(), start - quiet);
    const timersCount = now - Math.max(lastStep, start) < TIMER_PATIENCE_MS;
    const busy =
      activity.pendingPromises > 0 ||
      context.pendingRequests() > 0 ||
      (timersCount && activity.pendingTimers > 0);
    if (busy) still = now;
    // Quiet since the last step, and for a moment since the last thing that was pending.
    if (!busy && now - lastStep >= quiet && now - still >= Math.min(quiet, STILL_MS)) return;
    await new Promise<void>((resolve) => native.setTimeout(resolve, POLL_MS));
  }
}

function findEntry(module: unknown): { name: string; call(): Promise<void> } | undefined {
  if (typeof module !== 'object' || module === null) return undefined;
  const exported = module as Record<string, unknown>;
  for (const name of ENTRIES) {
    const value = exported[name];
    if (typeof value === 'function') {
      return {
        name,
        call: async () => {
          await (value as () => unknown)();
        },
      };
    }
  }
  return undefined;
}

function nothingTrained(entry: string | undefined): RunFailure {
  const done =
    entry === undefined
      ? 'The file ran to its end without an optimizer step, and exports no function named default, main, train or run.'
      : `The file ran to its end and its function "${entry}" was called, without an optimizer step.`;
  return new RunFailure(
    'nothing-trained',
    `${done} Call model.fit, trainOnBatch or optimizer.minimize in it, or export "model", "data" and "training" from a *.model file.`,
  );
}
