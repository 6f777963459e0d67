// What the page knows of the compared runs, as a pure function of the messages from the host.
import type {
  ComparedHistogram,
  ComparedRun,
  ComparedSeries,
  HistogramQuantity,
  ToComparePage,
} from '../../../src/shared/protocol/compare';
import type { RunSummary } from '../../../src/shared/core/runSummary';
import { restoreEpochs } from '../wireNumbers';

export interface ShownHistograms {
  layer: string;
  quantity: HistogramQuantity;
  histograms: readonly ComparedHistogram[];
}

export interface CompareState {
  /** Counts up with every change. */
  readonly version: number;
  /** False until the host has answered `ready`. */
  readonly known: boolean;
  readonly runs: readonly ComparedRun[];
  readonly baseline: string | undefined;
  /** By id of the run; absent until they are read. */
  readonly series: ReadonlyMap<string, ComparedSeries>;
  readonly histograms: ShownHistograms | undefined;
}

export const INITIAL_STATE: CompareState = {
  version: 0,
  known: false,
  runs: [],
  baseline: undefined,
  series: new Map(),
  histograms: undefined,
};

/** Messages are JSON on their way: numbers that are not finite arrive as null. */
function restored(value: number | null | undefined): number | undefined {
  return value === null ? NaN : value;
}

function restoreSummary(summary: RunSummary): RunSummary {
  const firstLoss = restored(summary.firstLoss);
  const lastLoss = restored(summary.lastLoss);
  return {
    ...summary,
    ...(firstLoss !== undefined && { firstLoss }),
    ...(lastLoss !== undefined && { lastLoss }),
    metrics: Object.fromEntries(
      Object.entries(summary.metrics).map(([name, value]) => [name, restored(value) ?? NaN]),
    ),
    spark: summary.spark.map((value) => restored(value) ?? NaN),
  };
}

/** The state after a message. */
export function reduce(state: CompareState, message: ToComparePage): CompareState {
  const version = state.version + 1;
  switch (message.type) {
    case 'comparison': {
      const ids = new Set(message.runs.map(({ summary }) => summary.id));
      return {
        ...state,
        version,
        known: true,
        runs: message.runs.map((run) => ({ ...run, summary: restoreSummary(run.summary) })),
        baseline: message.baseline,
        series: new Map([...state.series].filter(([id]) => ids.has(id))),
      };
    }
    case 'series': {
      const series = { ...message.series, epochs: restoreEpochs(message.series.epochs) };
      return { ...state, version, series: new Map(state.series).set(message.run, series) };
    }
    case 'histograms': {
      const { layer, quantity, histograms } = message;
      return { ...state, version, histograms: { layer, quantity, histograms } };
    }
  }
}
