// Entry of the page that compares runs: connects the host's messages with the page.
import type { FromComparePage, ToComparePage } from '../../../src/shared/protocol/compare';
import { ComparePage } from './page';
import { parseSettings } from './settings';
import '../styles/compare.css';

declare function acquireVsCodeApi(): {
  postMessage(message: FromComparePage): void;
  setState(state: unknown): void;
  getState(): unknown;
};

const api = acquireVsCodeApi();

const TYPES = new Set<unknown>([
  'comparison',
  'series',
  'histograms',
] satisfies ToComparePage['type'][]);

/** Other scripts post to the window too: those messages are not for the page. */
function isForPage(value: unknown): value is ToComparePage {
  return (
    typeof value === 'object' && value !== null && TYPES.has((value as { type?: unknown }).type)
  );
}

function reportFailure(error: unknown): void {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  api.postMessage({ type: 'pageError', message });
}

function start(): void {
  window.addEventListener('error', (event) => reportFailure(event.error ?? event.message));
  window.addEventListener('unhandledrejection', (event) => reportFailure(event.reason));
  const root = document.getElementById('root');
  if (root === null) throw new Error('The page has no element #root to build itself in.');
  let settings = parseSettings(api.getState());
  const page = new ComparePage(root, (message) => api.postMessage(message), {
    get: () => settings,
    set: (changed) => {
      settings = changed;
      api.setState(settings);
    },
  });
  window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (!isForPage(data)) return;
    try {
      page.apply(data);
    } catch (error) {
      reportFailure(error);
    }
  });
  api.postMessage({ type: 'ready' });
}

start();

export {};
