// The host's side of a panel page without VS Code: what the page posts reaches the listener of a run,
// past the guards, and what a source sends reaches the page.
import { parseFromPanel } from '../../../src/shared/protocol/guards';
import type { ToPanel } from '../../../src/shared/protocol/panel';
import type { PageListener, TrainingPage } from '../../../src/sources/webview/trainingPage';
import type { PanelPage } from './panelPage';

/** Makes the page hand each message over as text; binary parts as base64. Source for the page. */
const HAND_OVER = `
  const base64 = (buffer) =>
    btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(''));
  window.sent = {
    push: (message) => window.toHost(JSON.stringify(message, (_key, value) =>
      value instanceof ArrayBuffer ? { $buffer: base64(value) } : value)),
  };
`;

function unpack(packed: string): unknown {
  return JSON.parse(packed, (_key, value: unknown) => {
    const { $buffer } = (value ?? {}) as { $buffer?: string };
    return typeof $buffer === 'string'
      ? new Uint8Array(Buffer.from($buffer, 'base64')).buffer
      : value;
  });
}

/** The training page of a source, carried by a real panel page. */
export class HostSide implements TrainingPage {
  /** What went wrong on the way, in words. */
  readonly trouble: string[] = [];
  private readonly listeners = new Map<string, PageListener>();

  private constructor(private readonly panel: PanelPage) {}

  static async over(panel: PanelPage): Promise<HostSide> {
    const host = new HostSide(panel);
    await panel.page.exposeFunction('toHost', (packed: string) => host.receive(unpack(packed)));
    await panel.page.evaluate(HAND_OVER);
    return host;
  }

  ready(): Promise<void> {
    return Promise.resolve();
  }

  launch: TrainingPage['launch'] = (runId, code, start) => {
    this.post({ type: 'launch', runId, code, start });
  };

  send: TrainingPage['send'] = (runId, message) => {
    this.post({ type: 'toRuntime', runId, message });
  };

  terminate(runId: string): void {
    this.post({ type: 'terminate', runId });
  }

  attach(runId: string, listener: PageListener): () => void {
    this.listeners.set(runId, listener);
    return () => this.listeners.delete(runId);
  }

  private post(message: ToPanel): void {
    this.panel.send(message).catch((error: unknown) => this.trouble.push(String(error)));
  }

  private receive(value: unknown): void {
    const message = parseFromPanel(value, ({ message: reason }) => this.trouble.push(reason));
    if (message?.type === 'fromRuntime') {
      this.listeners.get(message.runId)?.message(message.message);
    } else if (message?.type === 'workerError') {
      this.listeners.get(message.runId)?.workerError(message.message);
    }
  }
}
