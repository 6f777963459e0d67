// Starts the run of a debug session: in the panel, as Train does, but held and recording.
import * as vscode from 'vscode';
import type { BackendName } from '../../shared/core/run';
import type { ModelRun } from '../../api';
import type { UserConsole } from '../../surfaces/userConsole';
import type { Trainer } from '../../trainer';
import type { StartRun } from '../debuggedRun';

/** What a start works with. */
export interface StarterParts {
  trainer: Trainer;
  console: UserConsole;
  /** Told of each run that the session starts. */
  started: (run: ModelRun) => void;
}

/** The function by which a session starts its runs. Rejects as {@link Trainer.train} does. */
export function runStarter({ trainer, console, started }: StarterParts): StartRun {
  return async (request, output) => {
    const { program, seed, steps, backend, hyperparameters, noDebug = false, holdAt } = request;
    const run = await trainer.train(vscode.Uri.file(program), {
      ...(seed !== undefined && { seed }),
      ...(steps !== undefined && { maxSteps: steps }),
      // One that does not exist is refused by the trainer, in its words.
      ...(backend !== undefined && backend !== 'auto' && { backend: backend as BackendName }),
      ...(hyperparameters && { hyperparameters }),
      ...(!noDebug && { paused: true, debug: holdAt === undefined ? true : { holdAt } }),
    });
    const printing = console.onDidWrite(({ runId, level, text }) => {
      if (runId === run.id) output.print(level, text);
    });
    void run.finished.then(() => {
      printing.dispose();
    });
    started(run);
    return run;
  };
}
