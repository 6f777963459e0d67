// What hovering a run shows: its curve, its numbers in a table, findings, tags and note. Text that comes from files
// is escaped; only the note is Markdown, without commands or HTML.
import * as vscode from 'vscode';
import type { RunSummary } from '../../shared/core/runSummary';
import { sparkPicture, type SparkColors } from './sparkline';
import {
  durationWord,
  nameOf,
  numberWord,
  ruleWord,
  STATE_WORDS,
  timeWord,
  valueWord,
} from './words';

/** Hovers are drawn by the workbench, which has no variables for pictures: charts.blue and charts.red of its themes. */
const COLORS: Readonly<Record<'dark' | 'light', SparkColors>> = {
  dark: { line: '#59a4f9', bad: '#f14c4c' },
  light: { line: '#0063d3', bad: '#e51400' },
};

const MAX_NOTE = 1000;
const MAX_ROWS = 24;

/** Text as it is, on one line. */
function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]()#+\-.!|<>&~$]/g, '\\$&');
}

function colorsOf({ kind }: vscode.ColorTheme): SparkColors {
  const isLight =
    kind === vscode.ColorThemeKind.Light || kind === vscode.ColorThemeKind.HighContrastLight;
  return COLORS[isLight ? 'light' : 'dark'];
}

function numbersOf(run: RunSummary, now: Date): [string, string][] {
  const { bestLoss, lastLoss, firstLoss } = run;
  const number = (value: number | undefined): string =>
    value === undefined ? '–' : numberWord(value);
  return [
    ['State', STATE_WORDS[run.state]],
    ['Step', run.epoch === undefined ? String(run.step) : `${run.step}, epoch ${run.epoch}`],
    ['Loss', `${number(lastLoss)}, first ${number(firstLoss)}`],
    ['Best loss', bestLoss ? `${numberWord(bestLoss.value)} at step ${bestLoss.step}` : '–'],
    ...Object.entries(run.metrics).map(([name, value]): [string, string] => [
      name,
      numberWord(value),
    ]),
    ...Object.entries(run.hyperparameters).map(([name, value]): [string, string] => [
      name,
      valueWord(value),
    ]),
    ...(run.seed === undefined ? [] : ([['Seed', String(run.seed)]] as [string, string][])),
    ['Backend', run.backend === '' ? '–' : run.backend],
    ['Duration', durationWord(run.seconds)],
    ['Started', timeWord(run.startedAt, now)],
    ...(run.experiment
      ? ([['Trial', `${run.experiment.trial} of ${run.experiment.name}`]] as [string, string][])
      : []),
  ];
}

/** The tooltip; made when it is asked for. */
export function tooltipOf(run: RunSummary, now = new Date()): vscode.MarkdownString {
  const parts = [`**${plain(nameOf(run))}**  \n${plain(run.path)}`];
  const picture = sparkPicture(run.spark, colorsOf(vscode.window.activeColorTheme));
  if (picture !== undefined) parts.push(`![Loss over the steps](${picture})`);
  const rows = numbersOf(run, now)
    .slice(0, MAX_ROWS)
    .map(([name, value]) => `| ${plain(name)} | ${plain(value)} |`);
  parts.push(['| | |', '|:--|:--|', ...rows].join('\n'));
  if (run.worst) {
    const { error, warning, information } = run.findings;
    const more = error + warning + information - 1;
    const icon = { error: '$(error)', warning: '$(warning)', information: '$(info)' };
    parts.push(
      `${icon[run.worst.severity]} **${plain(ruleWord(run.worst.rule))}**: ${plain(run.worst.message)}` +
        (more > 0 ? ` \\(and ${more} more\\)` : ''),
    );
  }
  const tags = run.labels.tags ?? [];
  if (tags.length > 0) parts.push(tags.map((tag) => `$(tag) ${plain(tag)}`).join(' '));
  const { note } = run.labels;
  if (note !== undefined) {
    parts.push('---', note.length > MAX_NOTE ? `${note.slice(0, MAX_NOTE)}…` : note);
  }
  return new vscode.MarkdownString(parts.join('\n\n'), true);
}
