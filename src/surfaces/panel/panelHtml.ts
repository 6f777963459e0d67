// The HTML of the panel's page, which starts the training worker.
import { pageHtml } from '../../platform/pageHtml';

/** Addresses as the webview may load them. */
export interface PageAddresses {
  cspSource: string;
  script: string;
  style: string;
  /** The training worker's script, and its wasm backend. */
  runtime: string;
  wasm: string;
}

/**
 * The page. `'wasm-unsafe-eval'` lets the worker, which inherits the policy, compile the wasm
 * backend; the worker itself starts from a blob, the only origin webviews allow for one.
 */
export function panelHtml({ runtime, wasm, ...page }: PageAddresses): string {
  return pageHtml({
    ...page,
    allowed: {
      'script-src': "'wasm-unsafe-eval'",
      'worker-src': 'blob:',
      'connect-src': `${page.cspSource} blob:`,
      'img-src': 'blob:',
    },
    data: { 'runtime-uri': runtime, 'wasm-uri': wasm },
  });
}
