// What the user chose on the page, and how it is read back from where VS Code kept it.

/** What the user chose on the page. `runId` tells the host which run to bring back after a reload. */
export interface ViewSettings {
  runId?: string;
  logScale: boolean;
  /** β of the moving average, 0 … 0.99. */
  smoothing: number;
  /** Tab of the curves card, by metric group. */
  curve: string;
  selectedLayer?: string;
  filter: string;
}

export const DEFAULT_SETTINGS: ViewSettings = {
  logScale: false,
  smoothing: 0.6,
  curve: 'loss',
  filter: '',
};

/** Settings out of a stored value; whatever does not fit falls back to its default. */
export function parseSettings(stored: unknown): ViewSettings {
  if (typeof stored !== 'object' || stored === null) return { ...DEFAULT_SETTINGS };
  const state = stored as Record<string, unknown>;
  const text = (key: string, fallback: string): string =>
    typeof state[key] === 'string' ? state[key] : fallback;
  const flag = (key: string, fallback: boolean): boolean =>
    typeof state[key] === 'boolean' ? state[key] : fallback;
  const smoothing = state['smoothing'];
  return {
    logScale: flag('logScale', DEFAULT_SETTINGS.logScale),
    smoothing:
      typeof smoothing === 'number' && smoothing >= 0 && smoothing < 1
        ? smoothing
        : DEFAULT_SETTINGS.smoothing,
    curve: text('curve', DEFAULT_SETTINGS.curve),
    filter: text('filter', DEFAULT_SETTINGS.filter),
    ...(typeof state['runId'] === 'string' ? { runId: state['runId'] } : {}),
    ...(typeof state['selectedLayer'] === 'string'
      ? { selectedLayer: state['selectedLayer'] }
      : {}),
  };
}
