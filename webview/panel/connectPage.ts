// What the entries of the smaller pages share: the handle on VS Code, the host's messages, and failures, which the
// host logs.

export interface PageApi<FromPage> {
  postMessage(message: FromPage): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): PageApi<unknown>;

/** What every page tells its host. */
type Common = { type: 'ready' } | { type: 'pageError'; message: string };

/**
 * Builds the page in `#root`, hands it the host's messages of `types`, and says that it is ready. Other scripts post
 * to the window too: what they say is not for the page. To be called once.
 * @param build Makes the page; gives the function that takes the messages.
 */
export function connectPage<ToPage extends { type: string }, FromPage>(
  types: readonly ToPage['type'][],
  build: (root: HTMLElement, api: PageApi<FromPage>) => (message: ToPage) => void,
): void {
  const api = acquireVsCodeApi() as PageApi<FromPage | Common>;
  const reportFailure = (error: unknown): void => {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    api.postMessage({ type: 'pageError', message });
  };
  window.addEventListener('error', (event) => reportFailure(event.error ?? event.message));
  window.addEventListener('unhandledrejection', (event) => reportFailure(event.reason));
  const root = document.getElementById('root');
  if (root === null) throw new Error('The page has no element #root to build itself in.');
  const take = build(root, api);
  const known = new Set<unknown>(types);
  const isForPage = (value: unknown): value is ToPage =>
    typeof value === 'object' && value !== null && known.has((value as { type?: unknown }).type);
  window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (!isForPage(data)) return;
    try {
      take(data);
    } catch (error) {
      reportFailure(error);
    }
  });
  api.postMessage({ type: 'ready' });
}
