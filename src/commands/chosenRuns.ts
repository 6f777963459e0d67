// Which runs a command is about: those clicked or selected in the runs view, those named by id, else those picked
// from a list.
import * as vscode from 'vscode';
import type { RunSummary } from '../shared/core/runSummary';
import { sortRuns } from '../surfaces/runs/sortRuns';
import { lossWords, nameOf, STATE_WORDS, timeWord } from '../surfaces/runs/words';
import type { CommandContext } from './context';

/** Ids in what a caller hands over: rows of the view, ids, or lists of either. */
function idsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(idsIn);
  if (typeof value !== 'object' || value === null) return [];
  const { kind, run, rows, id } = value as Record<string, unknown>;
  if (kind === 'run') return idsIn(run);
  if (kind === 'group') return idsIn(rows);
  return typeof id === 'string' ? [id] : [];
}

/** A run in a quick pick. */
interface RunPick extends vscode.QuickPickItem {
  run: RunSummary;
}

/** All runs as a quick pick lists them, newest first. */
function picksOf(runs: Iterable<RunSummary>): RunPick[] {
  const now = new Date();
  return sortRuns([...runs], 'time').map((run) => ({
    run,
    label: nameOf(run),
    description: [lossWords(run), STATE_WORDS[run.state], timeWord(run.startedAt, now)]
      .filter((part) => part !== '')
      .join(' · '),
    detail: Object.entries(run.hyperparameters)
      .map(([name, value]) => `${name}=${String(value)}`)
      .join(' '),
  }));
}

/** Most characters of an id that a message repeats. */
const SHOWN_ID = 80;

/**
 * The runs that a command's arguments name. VS Code hands over the row that was clicked and all that are selected;
 * a key press or the palette hands over nothing: then it is the view's selection. Empty where nothing is named.
 * Throws where a run is named that is not there.
 */
export async function namedRuns(
  { runs: view }: CommandContext,
  args: unknown[],
): Promise<RunSummary[]> {
  const [clicked, selected] = args;
  const named = idsIn(Array.isArray(selected) && selected.length > 0 ? selected : clicked);
  if (named.length === 0) return view.selection;
  const runs = await view.runs();
  return [...new Set(named)].map((id) => {
    const run = runs.get(id);
    if (run) return run;
    throw new Error(
      `There is no run ${id.slice(0, SHOWN_ID)} any more. It may have been deleted; refresh the Runs view.`,
    );
  });
}

/** {@link namedRuns}, or one picked from a list that asks `placeHolder`; empty where the user picks none. */
export async function chosenRuns(
  context: CommandContext,
  args: unknown[],
  placeHolder: string,
): Promise<RunSummary[]> {
  const named = await namedRuns(context, args);
  if (named.length > 0) return named;
  const picks = picksOf((await context.runs.runs()).values());
  if (picks.length === 0) {
    throw new Error(
      'There are no runs yet. Train a model first: open its file and press the play button.',
    );
  }
  const picked = await vscode.window.showQuickPick(picks, {
    ...{ placeHolder, matchOnDescription: true, matchOnDetail: true },
  });
  return picked ? [picked.run] : [];
}

/** Several of these runs, picked from a list; none where the user gives up. */
export async function pickRuns(
  runs: readonly RunSummary[],
  placeHolder = 'Runs to compare with these',
  ticked: readonly string[] = [],
): Promise<readonly RunSummary[]> {
  const picked = await vscode.window.showQuickPick(
    picksOf(runs).map((pick) => ({ ...pick, picked: ticked.includes(pick.run.id) })),
    { ...{ placeHolder, canPickMany: true }, matchOnDescription: true, matchOnDetail: true },
  );
  return picked?.map(({ run }) => run) ?? [];
}
