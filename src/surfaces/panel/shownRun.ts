// A run as a panel shows it: one of this session, or one read back from disk.
import type { Uri } from 'vscode';
import type { ModelRun } from '../../api';
import type { Event } from '../../run/emitter';
import type { RunHistory } from '../../run/runHistory';
import { viewOf } from '../../run/runView';
import type { RunView, ShownStep } from '../../shared/protocol/panel';

/** What a panel needs of a run. */
export interface ShownRun {
  readonly id: string;
  readonly model: Uri;
  readonly title: string;
  readonly history: RunHistory;
  /** Absent where nothing can change any more. */
  readonly onDidChange?: Event<void>;
  view(): RunView;
  /** What a debugger looks at in the place of the newest step; absent where there can be none. */
  debugged?(): ShownStep | undefined;
}

/** A run of this session. */
export function shownRun(run: ModelRun): ShownRun {
  const { id, model, title, history } = run;
  return {
    ...{ id, model, title, history, onDidChange: run.onDidChange },
    view: () => viewOf(run),
    debugged: () => run.debug?.cursor,
  };
}
