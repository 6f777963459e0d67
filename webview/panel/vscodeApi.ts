// The one handle on VS Code: messages to the host, and settings that outlive the page.
import type { FromPanel } from '../../src/shared/protocol/panel';

interface VsCodeApi {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

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
  showClosed: boolean;
}

export const DEFAULT_SETTINGS: ViewSettings = {
  logScale: false,
  smoothing: 0.6,
  curve: 'loss',
  filter: '',
  showClosed: true,
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
    showClosed: flag('showClosed', DEFAULT_SETTINGS.showClosed),
    ...(typeof state['runId'] === 'string' ? { runId: state['runId'] } : {}),
    ...(typeof state['selectedLayer'] === 'string'
      ? { selectedLayer: state['selectedLayer'] }
      : {}),
  };
}

const api = acquireVsCodeApi();

/** Sends a message to the host; `transfer` moves buffers instead of copying them. */
export function post(message: FromPanel, transfer: readonly ArrayBuffer[] = []): void {
  api.postMessage(message, transfer);
}

let settings = parseSettings(api.getState());

export function getSettings(): Readonly<ViewSettings> {
  return settings;
}

/** Changes settings, and keeps them where VS Code finds them after the page is gone. */
export function changeSettings(change: Partial<ViewSettings>): void {
  settings = { ...settings, ...change };
  api.setState(settings);
}

/** Forgets the selected layer. */
export function clearSelection(): void {
  const { selectedLayer: _, ...rest } = settings;
  settings = rest;
  api.setState(settings);
}
