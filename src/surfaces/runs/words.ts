// A run in words: its row in the list, and what a screen reader says of it.
import type { RunState } from '../../shared/core/run';
import type { HyperparameterValue, RunSummary } from '../../shared/core/runSummary';
import { sparkBlocks } from './sparkline';

export const STATE_WORDS: Readonly<Record<RunState, string>> = {
  starting: 'Starting',
  running: 'Training',
  paused: 'Paused',
  completed: 'Completed',
  stopped: 'Stopped',
  failed: 'Failed',
};

/** What the run is called: its user's name for it, else the file of its model. */
export function nameOf({ labels, title }: Pick<RunSummary, 'labels' | 'title'>): string {
  return labels.name === undefined || labels.name === '' ? title : labels.name;
}

/** Three significant digits, without zeros that carry nothing: `0.213`, `1.2e-6`, `NaN`. */
export function numberWord(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value < 0 ? '−∞' : '∞';
  return String(Number(value.toPrecision(3)));
}

/** A hyperparameter's value; –, where the run has none. */
export function valueWord(value: HyperparameterValue | undefined): string {
  if (value === undefined) return '–';
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : String(value);
}

/** `4.2 s`, `3 min 20 s`, `2 h 5 min`. */
export function durationWord(seconds: number): string {
  if (!(seconds >= 0) || seconds === Infinity) return '–';
  if (seconds < 10) return `${String(Number(seconds.toFixed(1)))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  const rest = (value: number, unit: string): string => (value === 0 ? '' : ` ${value} ${unit}`);
  if (minutes < 60) return `${minutes} min${rest(whole % 60, 's')}`;
  return `${Math.floor(minutes / 60)} h${rest(minutes % 60, 'min')}`;
}

const pad = (value: number): string => String(value).padStart(2, '0');

/** `2026-01-31` in local time. */
function dateWord(date: Date): string {
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

/** `Today`, `Yesterday`, else the date. @param time Milliseconds since 1970. */
export function dayWord(time: number, now: Date): string {
  const word = dateWord(new Date(time));
  if (word === dateWord(now)) return 'Today';
  const before = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  return word === dateWord(before) ? 'Yesterday' : word;
}

/** `14:02` of today, else with the date. @param time Milliseconds since 1970. */
export function timeWord(time: number, now: Date): string {
  const date = new Date(time);
  const clock = `${pad(date.getHours())}:${pad(date.getMinutes())}`;
  return dateWord(date) === dateWord(now) ? clock : `${dateWord(date)} ${clock}`;
}

/** `vanishing gradient`. */
export function ruleWord(rule: string): string {
  return rule.replaceAll('-', ' ');
}

/** `0.213, best 0.198`; of a run whose last loss is its best, that one alone. Empty before the first. */
export function lossWords({
  lastLoss,
  bestLoss,
}: Pick<RunSummary, 'lastLoss' | 'bestLoss'>): string {
  if (lastLoss === undefined) return bestLoss ? `best ${numberWord(bestLoss.value)}` : '';
  const last = numberWord(lastLoss);
  const best = bestLoss && numberWord(bestLoss.value);
  return best === undefined || best === last ? last : `${last}, best ${best}`;
}

/** `lr 0.01 · units 64`: those of `names` that the run has. */
function hyperparameterWords(run: RunSummary, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const value = run.hyperparameters[name];
    return value === undefined ? [] : [`${name} ${valueWord(value)}`];
  });
}

/** The name without the endings that all model files have: rows are short of room. */
export function shortNameOf(run: Pick<RunSummary, 'labels' | 'title'>): string {
  const name = nameOf(run);
  return name === run.title ? name.replace(/(\.model)?\.[cm]?[jt]sx?$/, '') || name : name;
}

/** Blocks of a row's curve: the loss before it is to be seen in a narrow side bar too. */
const ROW_BLOCKS = 6;

/**
 * The grey text behind a run's name, what matters most first:
 * `0.213 █▅▂▁▁▁ · lr 0.01 · best 0.198 · vanishing gradient · 14:02`.
 * @param differing hyperparameters that tell the shown runs of its model apart.
 */
export function descriptionOf(
  run: RunSummary,
  differing: readonly string[],
  now: Date,
  isBaseline = false,
): string {
  const [last = '', best] = lossWords(run).split(', ');
  const curve = [last, sparkBlocks(run.spark, ROW_BLOCKS)].filter((part) => part !== '').join(' ');
  return [
    ...(curve === '' ? [] : [curve]),
    ...(run.labels.pinned ? ['pinned'] : []),
    ...(isBaseline ? ['baseline'] : []),
    ...hyperparameterWords(run, differing),
    ...(best === undefined ? [] : [best]),
    ...(run.worst ? [ruleWord(run.worst.rule)] : []),
    ...(run.labels.tags ?? []).map((tag) => `#${tag}`),
    timeWord(run.startedAt, now),
  ].join(' · ');
}

/** The row as a screen reader says it: in words, without the picture of the curve. */
export function spokenOf(run: RunSummary, differing: readonly string[], now: Date): string {
  const losses = lossWords(run);
  return [
    nameOf(run),
    STATE_WORDS[run.state],
    ...(run.labels.pinned ? ['pinned'] : []),
    `step ${run.step}`,
    ...(losses === '' ? [] : [`loss ${losses}`]),
    ...hyperparameterWords(run, differing),
    ...(run.worst ? [`${run.worst.severity}: ${ruleWord(run.worst.rule)}`] : []),
    ...(run.labels.tags ?? []).map((tag) => `tag ${tag}`),
    `started ${timeWord(run.startedAt, now)}`,
  ].join(', ');
}
