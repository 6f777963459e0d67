// A row of the runs view as VS Code draws it. Tooltips come later, when a row is hovered.
import * as vscode from 'vscode';
import { Commands } from '../../contributions';
import { isFinal, type RunState } from '../../shared/core/run';
import type { RunSummary } from '../../shared/core/runSummary';
import type { GroupRow, RunRow } from './layout';
import { descriptionOf, shortNameOf, spokenOf } from './words';

const icon = (name: string, color: string): vscode.ThemeIcon =>
  new vscode.ThemeIcon(name, new vscode.ThemeColor(color));

/** Shapes differ, not only colours. */
const STATE_ICONS: Readonly<Record<RunState, vscode.ThemeIcon>> = {
  starting: icon('loading~spin', 'charts.blue'),
  running: icon('sync~spin', 'charts.blue'),
  paused: icon('debug-pause', 'charts.yellow'),
  completed: icon('pass', 'charts.green'),
  stopped: icon('circle-slash', 'disabledForeground'),
  failed: icon('error', 'charts.red'),
};

/** What menus ask for, as words of the context value. */
function contextOf(run: RunSummary, isBaseline: boolean): string {
  return [
    'run',
    run.origin,
    ...(run.live ? ['live'] : []),
    ...(isFinal(run.state) ? ['ended'] : []),
    ...(run.labels.pinned ? ['pinned'] : ['loose']),
    ...(run.resumable ? ['resumable'] : []),
    ...(isBaseline ? ['baseline'] : []),
  ].join(' ');
}

/** The row of a run. */
export function runItem({ key, run, differing }: RunRow, isBaseline: boolean): vscode.TreeItem {
  const now = new Date();
  const item = new vscode.TreeItem(shortNameOf(run), vscode.TreeItemCollapsibleState.None);
  item.id = key;
  item.description = descriptionOf(run, differing, now, isBaseline);
  item.iconPath = STATE_ICONS[run.state];
  item.contextValue = contextOf(run, isBaseline);
  item.command = { command: Commands.openRun, title: 'Open Run', arguments: [run.id] };
  item.accessibilityInformation = {
    label: `${spokenOf(run, differing, now)}${isBaseline ? ', baseline' : ''}`,
  };
  return item;
}

/** The row of a group. */
export function groupItem({ key, label, rows }: GroupRow): vscode.TreeItem {
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Expanded);
  item.id = key;
  item.description = String(rows.length);
  item.contextValue = 'group';
  item.accessibilityInformation = {
    label: `${label}, ${rows.length} ${rows.length === 1 ? 'run' : 'runs'}`,
  };
  return item;
}
