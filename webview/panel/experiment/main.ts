// Entry of the page of an experiment: the host sends what it knows, the page shows it and passes on what its
// buttons ask for.
import type { FromExperimentPage, ToExperimentPage } from '../../../src/shared/protocol/experiment';
import { ExperimentPage } from './page';
import '../styles/experiment.css';

declare function acquireVsCodeApi(): { postMessage(message: FromExperimentPage): void };

const api = acquireVsCodeApi();

/** Other scripts post to the window too: those messages are not for the page. */
function isForPage(value: unknown): value is ToExperimentPage {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as { type?: unknown }).type === 'experiment'
  );
}

function reportFailure(error: unknown): void {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  api.postMessage({ type: 'pageError', message });
}

function start(): void {
  window.addEventListener('error', (event) => reportFailure(event.error ?? event.message));
  const root = document.getElementById('root');
  if (root === null) throw new Error('The page has no element #root to build itself in.');
  const page = new ExperimentPage(root, (message) => api.postMessage(message));
  window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (!isForPage(data)) return;
    try {
      page.show(data.shown);
    } catch (error) {
      reportFailure(error);
    }
  });
  api.postMessage({ type: 'ready' });
}

start();

export {};
