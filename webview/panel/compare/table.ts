// The table of a comparison: one row per fact, one cell per run; which rows differ, which result is best, and how
// far each is from the baseline.
import { differingHyperparameters } from '../../../src/shared/core/runDifferences';
import type { HyperparameterValue } from '../../../src/shared/core/runSummary';
import type { ComparedRun } from '../../../src/shared/protocol/compare';
import { formatRound, formatValue } from '../../../src/shared/charts/format';
import { ruleWord } from '../views/words';
import { timeWords } from './series';

export interface Cell {
  text: string;
  /** Relative to the baseline: `−12%`, `×10`, `+3`, `differs`. */
  delta?: string;
  /** The best of its row. */
  isBest?: boolean;
}

export interface FactRow {
  label: string;
  cells: readonly Cell[];
  /** Not all runs have the same. */
  differs: boolean;
}

export interface FactSection {
  title: string;
  rows: readonly FactRow[];
}

type Value = HyperparameterValue | undefined;

const STATES = {
  starting: 'Starting',
  running: 'Training',
  paused: 'Paused',
  completed: 'Completed',
  stopped: 'Stopped',
  failed: 'Failed',
} as const;

const MISSING = '–';
/** Metrics of which more is better, by their usual names. */
const RISING = /^(val_)?(acc|accuracy|.*accuracy|auc|precision|recall|f1|r2|iou|miou)$/i;
/** Metrics of which less is better. */
const FALLING = /(loss|error|mse|mae|rmse|mape|perplexity)/i;

function textOf(value: Value): string {
  if (value === undefined) return MISSING;
  return typeof value === 'number' ? formatRound(value) : String(value);
}

const sign = (value: number): string => (value < 0 ? '−' : '+');

/** How a value stands to the baseline's. */
export function deltaOf(
  value: Value,
  base: Value,
  kind: 'result' | 'parameter',
): string | undefined {
  if (value === base || (Number.isNaN(value) && Number.isNaN(base))) return undefined;
  if (typeof value !== 'number' || typeof base !== 'number') return 'differs';
  if (!Number.isFinite(value) || !Number.isFinite(base)) return undefined;
  // Hyperparameters are chosen by factors: learning rates, widths, batch sizes.
  if (kind === 'parameter' && base > 0 && value > 0) return `×${formatRound(value / base)}`;
  if (base === 0) return `${sign(value)}${formatRound(Math.abs(value))}`;
  const percent = (100 * (value - base)) / Math.abs(base);
  const digits = Math.abs(percent) < 9.95 ? 1 : 0;
  return `${sign(percent)}${formatRound(Number(Math.abs(percent).toFixed(digits)))}%`;
}

/** Indexes of the best of some values; none where only one is known or all are alike. */
function bestOf(values: readonly Value[], better: 'low' | 'high' | undefined): Set<number> {
  const finite = values.filter((value): value is number => Number.isFinite(value));
  if (better === undefined || new Set(finite).size < 2) return new Set();
  const best = better === 'low' ? Math.min(...finite) : Math.max(...finite);
  return new Set(values.flatMap((value, i) => (value === best ? [i] : [])));
}

interface RowOptions {
  kind?: 'result' | 'parameter' | 'fact';
  better?: 'low' | 'high' | undefined;
  words?: (value: Value) => string;
}

function rowOf(
  label: string,
  values: readonly Value[],
  base: number,
  { kind = 'fact', better, words = textOf }: RowOptions = {},
): FactRow {
  const best = bestOf(values, better);
  const texts = values.map(words);
  return {
    label,
    differs: new Set(texts).size > 1,
    cells: values.map((value, i) => {
      const delta =
        base < 0 || i === base || kind === 'fact' || value === undefined
          ? undefined
          : deltaOf(value, values[base], kind);
      return {
        text: texts[i] ?? MISSING,
        ...(delta !== undefined && { delta }),
        ...(best.has(i) && { isBest: true }),
      };
    }),
  };
}

function names(of: readonly Readonly<Record<string, unknown>>[]): string[] {
  return [...new Set(of.flatMap((values) => Object.keys(values)))];
}

function betterOf(metric: string): 'low' | 'high' | undefined {
  if (RISING.test(metric)) return 'high';
  return FALLING.test(metric) ? 'low' : undefined;
}

/**
 * All rows, by section.
 * @param baseline id of the run that differences are relative to.
 */
export function factSections(
  runs: readonly ComparedRun[],
  baseline: string | undefined,
): FactSection[] {
  const summaries = runs.map(({ summary }) => summary);
  const base = summaries.findIndex(({ id }) => id === baseline);
  const row = (label: string, values: readonly Value[], options?: RowOptions): FactRow =>
    rowOf(label, values, base, options);
  const numbers = (value: Value): string =>
    typeof value === 'number' ? formatValue(value) : textOf(value);
  const time = (value: Value): string => (typeof value === 'number' ? timeWords(value) : MISSING);
  const date = (value: Value): string =>
    typeof value === 'number' ? new Date(value).toLocaleString() : MISSING;
  const metrics = names(summaries.map((run) => run.metrics));
  const differing = new Set(differingHyperparameters(summaries));
  const parameters = names(summaries.map((run) => run.hyperparameters));
  // Those that tell the runs apart come first.
  parameters.sort((a, b) => Number(differing.has(b)) - Number(differing.has(a)));
  const result = { kind: 'result', words: numbers } as const;
  return [
    {
      title: 'Results',
      rows: [
        row(
          'State',
          summaries.map(({ state }) => STATES[state]),
        ),
        row(
          'Best loss',
          summaries.map((run) => run.bestLoss?.value),
          { ...result, better: 'low' },
        ),
        row(
          'Best at step',
          summaries.map((run) => run.bestLoss?.step),
          { words: numbers },
        ),
        row(
          'Last loss',
          summaries.map((run) => run.lastLoss),
          { ...result, better: 'low' },
        ),
        ...metrics.map((name) =>
          row(
            name,
            summaries.map((run) => run.metrics[name]),
            { ...result, better: betterOf(name) },
          ),
        ),
        row(
          'Steps',
          summaries.map((run) => run.step),
          result,
        ),
        row(
          'Training time',
          summaries.map((run) => run.seconds),
          { kind: 'result', words: time },
        ),
        row(
          'Worst finding',
          summaries.map((run) => (run.worst ? ruleWord(run.worst.rule) : 'none')),
        ),
      ],
    },
    {
      title: 'Hyperparameters',
      rows: parameters.map((name) =>
        row(
          name,
          summaries.map((run) => run.hyperparameters[name]),
          { kind: 'parameter' },
        ),
      ),
    },
    {
      title: 'Setup',
      rows: [
        row(
          'Model',
          summaries.map(({ path }) => path),
        ),
        row(
          'Layers',
          runs.map(({ layers, isLoading }) => (isLoading ? undefined : layers.length)),
        ),
        row(
          'Seed',
          summaries.map(({ seed }) => seed),
        ),
        row(
          'Backend',
          summaries.map(({ backend }) => (backend === '' ? undefined : backend)),
        ),
        row(
          'Started',
          summaries.map(({ startedAt }) => startedAt),
          { words: date },
        ),
        row(
          'Tags',
          summaries.map(({ labels }) => (labels.tags ?? []).join(', ') || undefined),
        ),
      ],
    },
  ].filter(({ rows }) => rows.length > 0);
}
