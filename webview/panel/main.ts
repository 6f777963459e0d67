// Entry of the panel page: connects the host's messages with the page and the training worker.
import probe from 'gradient-lens:probe';
import { PANEL_PROTOCOL_VERSION, type ToPanel } from '../../src/shared/protocol/panel';
import { Page } from './page';
import { post } from './vscodeApi';
import { WorkerHost } from './workerHost';
import './styles/page.css';

function reportFailure(error: unknown): void {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  post({ type: 'pageError', message });
}

function handle(message: ToPanel, page: Page, worker: WorkerHost): void {
  switch (message.type) {
    case 'snapshot':
    case 'update':
      page.apply(message);
      return;
    case 'focusLayer':
      page.select(message.layer);
      return;
    case 'launch':
      worker.launch(message.runId, message.code, message.start);
      return;
    case 'terminate':
      worker.end(message.runId);
      return;
    case 'toRuntime':
      worker.send(message.runId, message.message);
      return;
  }
}

const TYPES = new Set<unknown>([
  'snapshot',
  'update',
  'focusLayer',
  'launch',
  'terminate',
  'toRuntime',
] satisfies ToPanel['type'][]);

/** Other scripts post to the window too (VS Code's own among them): those are not for the page. */
function isToPanel(value: unknown): value is ToPanel {
  return (
    typeof value === 'object' && value !== null && TYPES.has((value as { type?: unknown }).type)
  );
}

function start(): void {
  window.addEventListener('error', (event) => reportFailure(event.error ?? event.message));
  window.addEventListener('unhandledrejection', (event) => reportFailure(event.reason));
  // First of all: the host's answer and the worker's script travel while the page builds itself. What
  // the host sends is heard when this function has returned.
  post({ type: 'ready', version: PANEL_PROTOCOL_VERSION });
  const { runtimeUri, wasmUri } = document.body.dataset;
  const worker = new WorkerHost({ runtimeUri, wasmUri, probe, post });
  const root = document.getElementById('root');
  if (root === null) throw new Error('The panel page has no element #root to build itself in.');
  const page = new Page(root, (message) => post(message));
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (!isToPanel(event.data)) return;
    try {
      handle(event.data, page, worker);
    } catch (error) {
      reportFailure(error);
    }
  });
}

start();

// By the package's type, a file without exports would be bundled as CommonJS: every module of the
// bundle in a function of its own, parsed twice.
export {};
