// Requests over a one-way message pipe: each gets an answer, an error or a timeout, and none is left
// hanging when the pipe closes. Used by the worker to ask the host; generic over the methods.
import { ProtocolError } from './protocolError';

/** What one method takes and gives. */
export type Methods<M> = { [K in keyof M]: { params: unknown; result: unknown } };

/** The answer to a request, as `ToRuntime` carries it. */
export type ResponseMessage =
  | { type: 'response'; id: number; ok: true; result: unknown }
  | { type: 'response'; id: number; ok: false; error: { code: string; message: string } };

/** The other side failed to answer; `remoteCode` is the code that it gave. */
export class RemoteError extends ProtocolError {
  constructor(
    readonly remoteCode: string,
    message: string,
  ) {
    super('remote', message);
  }
}

/** The two timer functions, which core code cannot name without the DOM or Node. */
export interface Timers {
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

interface Pending {
  resolve(result: unknown): void;
  reject(error: ProtocolError): void;
  timer: unknown;
}

/** Sends requests and settles them by the responses handed to it. */
export class RequestChannel<M extends Methods<M>> {
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private closedBy: ProtocolError | undefined;

  /**
   * @param send posts a request to the other side; what it throws rejects the request.
   * @param timeoutMs how long an answer may take; 0 waits for ever.
   * @param timers `globalThis` of the caller (called as methods of it).
   */
  constructor(
    private readonly send: (request: {
      type: 'request';
      id: number;
      method: keyof M & string;
      params: M[keyof M]['params'];
    }) => void,
    private readonly timeoutMs: number,
    private readonly timers: Timers,
  ) {}

  /** Number of requests without an answer. */
  get outstanding(): number {
    return this.pending.size;
  }

  request<K extends keyof M & string>(method: K, params: M[K]['params']): Promise<M[K]['result']> {
    if (this.closedBy) return Promise.reject(this.closedBy);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const expire = (): void => {
        this.settle(id)?.reject(
          new ProtocolError(
            'timeout',
            `The request ${method} got no answer within ${this.timeoutMs / 1000} s.`,
          ),
        );
      };
      const timer = this.timeoutMs > 0 ? this.timers.setTimeout(expire, this.timeoutMs) : undefined;
      this.pending.set(id, { resolve, reject, timer });
      try {
        this.send({ type: 'request', id, method, params });
      } catch (error) {
        this.settle(id)?.reject(
          new ProtocolError('closed', `The request ${method} could not be sent.`, { cause: error }),
        );
      }
    });
  }

  /** Takes a response. False where nothing waits for it (late, or made up). */
  accept(response: ResponseMessage): boolean {
    const pending = this.settle(response.id);
    if (!pending) return false;
    if (response.ok) pending.resolve(response.result);
    else pending.reject(new RemoteError(response.error.code, response.error.message));
    return true;
  }

  /** Rejects all that is outstanding and everything asked later. */
  dispose(reason: string): void {
    this.closedBy ??= new ProtocolError('closed', reason);
    for (const id of [...this.pending.keys()]) this.settle(id)?.reject(this.closedBy);
  }

  private settle(id: number): Pending | undefined {
    const pending = this.pending.get(id);
    if (!pending) return undefined;
    this.pending.delete(id);
    if (pending.timer !== undefined) this.timers.clearTimeout(pending.timer);
    return pending;
  }
}
