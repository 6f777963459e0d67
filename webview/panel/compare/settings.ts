// What the user chose on the page, and how it is read back from where VS Code kept it.
import { HISTOGRAM_QUANTITIES, type HistogramQuantity } from '../../../src/shared/protocol/compare';

/** What the horizontal axis is. */
export type Alignment = 'step' | 'time';

export interface CompareSettings {
  /** Ids by slot, null for an empty one: they tell the host which runs to bring back after a reload. */
  runs: (string | null)[];
  alignment: Alignment;
  logScale: boolean;
  /** β of the moving average, 0 … 0.99. */
  smoothing: number;
  /** Tab of the curves, by group of metrics. */
  curve: string;
  /** Ids of the runs that are not drawn. */
  hidden: string[];
  layer?: string;
  quantity: HistogramQuantity;
  /** Step or seconds that histograms are of; absent: the newest of each run. */
  at?: number;
  onlyDifferences: boolean;
}

export const DEFAULT_SETTINGS: CompareSettings = {
  runs: [],
  alignment: 'step',
  logScale: false,
  smoothing: 0.6,
  curve: 'loss',
  hidden: [],
  quantity: 'gradient',
  onlyDifferences: false,
};

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];

/** Settings out of a stored value; whatever does not fit falls back to its default. */
export function parseSettings(stored: unknown): CompareSettings {
  const state = (typeof stored === 'object' && stored !== null ? stored : {}) as Record<
    string,
    unknown
  >;
  const { smoothing, at, layer } = state;
  const flag = (key: 'logScale' | 'onlyDifferences'): boolean => state[key] === true;
  const runs = Array.isArray(state['runs'])
    ? state['runs'].map((run: unknown) => (typeof run === 'string' ? run : null))
    : [];
  return {
    runs,
    alignment: state['alignment'] === 'time' ? 'time' : 'step',
    logScale: flag('logScale'),
    smoothing:
      typeof smoothing === 'number' && smoothing >= 0 && smoothing < 1
        ? smoothing
        : DEFAULT_SETTINGS.smoothing,
    curve: typeof state['curve'] === 'string' ? state['curve'] : DEFAULT_SETTINGS.curve,
    hidden: texts(state['hidden']),
    ...(typeof layer === 'string' && { layer }),
    quantity:
      HISTOGRAM_QUANTITIES.find((known) => known === state['quantity']) ??
      DEFAULT_SETTINGS.quantity,
    ...(typeof at === 'number' && at >= 0 && { at }),
    onlyDifferences: flag('onlyDifferences'),
  };
}
