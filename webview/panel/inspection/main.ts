// Entry of the page that "Show in Gradient Lens" opens: the host sends what was found, the page shows it.
import type { FromInspectionPage, ToInspectionPage } from '../../../src/shared/protocol/inspection';
import { InspectionPage } from './page';
import '../styles/inspection.css';

declare function acquireVsCodeApi(): {
  postMessage(message: FromInspectionPage): void;
  setState(state: unknown): void;
  getState(): unknown;
};

const api = acquireVsCodeApi();

/** Other scripts post to the window too: those messages are not for the page. */
function isForPage(value: unknown): value is ToInspectionPage {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as { type?: unknown }).type === 'inspection'
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
  const page = new InspectionPage(root);
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
