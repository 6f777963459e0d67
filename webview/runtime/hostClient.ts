// Requests to the host: reads of the user's workspace. Each ends with a result, or with a RunFailure
// whose message comes from the host, which knows the places it tried.
import type { HostMethod, HostMethods, ToRuntime } from '../../src/shared/protocol/runtime';
import { RunFailure } from './failure';
import { captureStack } from './stack';
import { postToHost } from './scope';

type Response = Extract<ToRuntime, { type: 'response' }>;
interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
  /** Where user code asked, for the failure's line: a response carries no stack. */
  stack: string;
}

/** Asks the host for files of the workspace. */
export class HostClient {
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;

  /** Requests that were not answered yet. */
  get pending(): number {
    return this.waiting.size;
  }

  request<M extends HostMethod>(
    method: M,
    params: HostMethods[M]['params'],
  ): Promise<HostMethods[M]['result']> {
    const id = this.nextId++;
    const stack = captureStack();
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve, reject, stack });
      postToHost({ type: 'request', id, method, params });
    });
  }

  /** Settles the request that `response` answers; an unknown id is ignored. */
  receive(response: Response): void {
    const waiting = this.waiting.get(response.id);
    if (!waiting) return;
    this.waiting.delete(response.id);
    if (response.ok) {
      waiting.resolve(response.result);
    } else {
      const failure = new RunFailure(response.error.code, response.error.message);
      failure.stack = waiting.stack;
      waiting.reject(failure);
    }
  }
}
