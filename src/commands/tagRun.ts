// Tags runs: the tags that the workspace has, with those of the chosen runs ticked, or new ones.
import * as vscode from 'vscode';
import type { RunSummary } from '../shared/core/runSummary';
import { nameOf } from '../surfaces/runs/words';
import { chosenRuns } from './chosenRuns';
import type { Command, CommandContext } from './context';

const tagsOf = ({ labels }: RunSummary): readonly string[] => labels.tags ?? [];

/** Tags as they are typed: commas or spaces between them, a # before them or not. */
function tagsIn(text: string): string[] {
  return text
    .split(/[\s,]+/)
    .map((tag) => tag.replace(/^#/, ''))
    .filter((tag) => tag !== '');
}

/** Asks which tags the runs shall have; undefined where the user gives up. */
async function askTags(
  { runs: view }: CommandContext,
  chosen: readonly RunSummary[],
): Promise<string[] | undefined> {
  const known = [...new Set([...(await view.runs()).values()].flatMap(tagsOf))].sort();
  const shared = new Set(known.filter((tag) => chosen.every((run) => tagsOf(run).includes(tag))));
  const pick = vscode.window.createQuickPick();
  pick.title =
    chosen.length === 1 && chosen[0]
      ? `Tags of ${nameOf(chosen[0])}`
      : `Tags of ${chosen.length} runs`;
  pick.placeholder =
    known.length > 0 ? 'Choose tags, or type new ones' : 'Type tags, such as baseline';
  pick.canSelectMany = true;
  const show = (typed: readonly string[]): void => {
    const ticked = new Set([...pick.selectedItems.map(({ label }) => label), ...typed]);
    pick.items = [...new Set([...typed, ...known])].map((label) => ({
      label,
      ...(!known.includes(label) && { description: 'new', alwaysShow: true }),
    }));
    pick.selectedItems = pick.items.filter(({ label }) => ticked.has(label));
  };
  show([]);
  pick.selectedItems = pick.items.filter(({ label }) => shared.has(label));
  return new Promise((resolve) => {
    pick.onDidChangeValue((value) => show(tagsIn(value)));
    pick.onDidAccept(() => {
      resolve(pick.selectedItems.map(({ label }) => label));
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

/** The third argument, where a caller knows the tags already, is a list of them. */
export const tagRun: Command = async (context, clicked, selected, given) => {
  const chosen = await chosenRuns(context, [clicked, selected], 'Run to tag');
  if (chosen.length === 0) return;
  const tags = Array.isArray(given)
    ? given.filter((tag): tag is string => typeof tag === 'string')
    : await askTags(context, chosen);
  if (!tags) return;
  const shared = tagsOf(chosen[0] as RunSummary).filter((tag) =>
    chosen.every((run) => tagsOf(run).includes(tag)),
  );
  for (const run of chosen) {
    // Of several runs, the tags that not all of them had stay where they were.
    const own = tagsOf(run).filter((tag) => !shared.includes(tag));
    await context.runs.label(run.id, { tags: [...new Set([...own, ...tags])] });
  }
};
