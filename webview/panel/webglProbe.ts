// Looks what computes WebGL, in a small worker of its own, while the training worker reads its script.
import type { StartOptions, WebglReport } from '../../src/shared/protocol/runtime';

/** A driver may hang; the training worker looks itself then. Milliseconds. */
const PATIENCE_MS = 8000;

/** One look; begins when it is made. */
export class WebglProbe {
  /** Undefined where the probe failed. */
  readonly report: Promise<WebglReport | undefined>;
  private worker: Worker | undefined;

  /** @param script The worker's, see webview/runtime/probe.ts. */
  constructor(script: string) {
    this.report = this.look(script)
      .catch(() => undefined)
      .finally(() => this.end());
  }

  /** True where a run needs to know: it chooses its backend itself, and knows of no choice before. */
  static serves({ backend, measured }: StartOptions): boolean {
    return backend === 'auto' && measured === undefined;
  }

  end(): void {
    this.worker?.terminate();
    this.worker = undefined;
  }

  private look(script: string): Promise<WebglReport | undefined> {
    return new Promise((resolve, reject) => {
      const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
      const worker = new Worker(url, { name: 'Gradient Lens: WebGL' });
      this.worker = worker;
      worker.onmessage = ({ data }: MessageEvent<WebglReport>) => resolve(data);
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(event.message));
      };
      setTimeout(() => resolve(undefined), PATIENCE_MS);
    });
  }
}
