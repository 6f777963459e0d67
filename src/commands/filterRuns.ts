// Asks which runs the view shows, and shows them as the filter is typed; an argument answers already.
import * as vscode from 'vscode';
import { messageOf } from '../model/modelError';
import { parseFilter } from '../surfaces/runs/filter';
import type { Command } from './context';

/** Milliseconds after the last key until the view follows. */
const FOLLOW_MS = 250;

/** What is wrong with a filter, in words; undefined where nothing is. */
function problemOf(filter: string): string | undefined {
  try {
    parseFilter(filter);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

export const filterRuns: Command = async ({ runs, log }, given) => {
  if (typeof given === 'string') {
    parseFilter(given);
    await runs.choose({ filter: given.trim() });
    return;
  }
  const before = runs.state.filter;
  let timer: NodeJS.Timeout | undefined;
  const follow = (filter: string): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      runs.choose({ filter }).catch((error: unknown) => log.warn(messageOf(error)));
    }, FOLLOW_MS);
  };
  const filter = await vscode.window.showInputBox({
    title: 'Filter Runs',
    prompt:
      'Text, or lr>0.01, tag:baseline, state:failed, finding:vanishing, is:pinned; - before a term excludes',
    placeHolder: 'lr>0.01 tag:baseline -state:failed',
    value: before,
    validateInput: (value) => {
      const problem = problemOf(value);
      if (problem === undefined) follow(value.trim());
      return problem;
    },
  });
  clearTimeout(timer);
  await runs.choose({ filter: filter === undefined ? before : filter.trim() });
};
