// One run in a worker as the host sees it: what arrived, and the host's answers to reads of files.
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { decodeStepRecords } from '../../../src/shared/protocol/codec';
import type { EpochRecord } from '../../../src/shared/core/run';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import type {
  FromRuntime,
  HostMethod,
  RawError,
  RawLayer,
  ToRuntime,
} from '../../../src/shared/protocol/runtime';

/** What comes from the worker, and what the page says of it. */
export type Arrived = FromRuntime | { type: 'workerError'; message: string };
type Of<T extends Arrived['type']> = Extract<Arrived, { type: T }>;

/** One worker as the host sees it. */
export class RuntimeRun {
  readonly messages: Arrived[] = [];
  readonly records: StepRecord[] = [];
  /** `Date.now()` of each arrival, in step with `messages`. */
  readonly times: number[] = [];
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly post: (message: ToRuntime & { base64?: string }) => Promise<void>,
    readonly terminate: () => Promise<void>,
    private readonly folder: string,
    /** The user's bundle, for looking up frames. */
    readonly bundle: string,
  ) {}

  arrive(message: Arrived): void {
    if (message.type === 'steps') {
      const bytes = Buffer.from(message.batch as unknown as string, 'base64');
      this.records.push(...decodeStepRecords(new Uint8Array(bytes).buffer));
    } else if (message.type === 'request') {
      void this.answer(message);
    }
    this.messages.push(message);
    this.times.push(Date.now());
    for (const listener of this.listeners) listener();
  }

  send(message: ToRuntime): Promise<void> {
    return this.post(message);
  }

  /** Every epoch that ended, in order. */
  get epochs(): EpochRecord[] {
    return this.all('steps').flatMap(({ epochs }) => epochs);
  }

  all<T extends Arrived['type']>(type: T): Of<T>[] {
    return this.messages.filter((message): message is Of<T> => message.type === type);
  }

  /** The first message of `type` that is there, or comes, from index `from` on. */
  async next<T extends Arrived['type']>(type: T, from = 0, timeout = 60_000): Promise<Of<T>> {
    return this.until(
      () => this.messages.slice(from).find((message): message is Of<T> => message.type === type),
      timeout,
      `a message "${type}"`,
    );
  }

  /** Waits until `look` finds something. */
  until<R>(look: () => R | undefined, timeout = 60_000, what = 'a condition'): Promise<R> {
    return new Promise((resolve, reject) => {
      const done = (settle: () => void): void => {
        clearTimeout(timer);
        this.listeners.delete(check);
        settle();
      };
      const check = (): void => {
        const found = look();
        if (found !== undefined) done(() => resolve(found));
      };
      const timer = setTimeout(() => {
        const last = JSON.stringify(this.messages.slice(-4)).slice(0, 2000);
        done(() => reject(new Error(`Waited in vain for ${what}. Last messages: ${last}`)));
      }, timeout);
      this.listeners.add(check);
      check();
    });
  }

  ended(timeout = 60_000): Promise<Of<'finished'> | Of<'failed'> | Of<'workerError'>> {
    return this.until(
      () =>
        this.messages.find(
          (message): message is Of<'finished'> | Of<'failed'> | Of<'workerError'> =>
            message.type === 'finished' ||
            message.type === 'failed' ||
            message.type === 'workerError',
        ),
      timeout,
      'the end',
    );
  }

  get error(): RawError | undefined {
    return this.all('failed')[0]?.error;
  }

  get layers(): RawLayer[] {
    return this.all('layers').at(-1)?.layers ?? [];
  }

  get losses(): (number | undefined)[] {
    return this.records.map(({ loss }) => loss);
  }

  /** The text of the bundle's line at the innermost of `frames`. */
  lineOf(frames: readonly { line: number }[]): string {
    const line = frames[0]?.line;
    return line === undefined ? '' : (this.bundle.split('\n')[line - 1] ?? '');
  }

  private async answer(message: Of<'request'>): Promise<void> {
    const { id } = message;
    try {
      await this.post({
        type: 'response',
        id,
        ok: true,
        result: null,
        ...(await this.read(message)),
      });
    } catch {
      const { path: name } = message.params;
      const text = `${name} was not found next to the model or in the workspace.`;
      const error = { code: 'missing-file', message: text };
      await this.post({ type: 'response', id, ok: false, error });
    }
  }

  private async read({
    method,
    params,
  }: Of<'request'>): Promise<{ result?: unknown; base64?: string }> {
    const file = path.join(this.folder, params.path);
    switch (method satisfies HostMethod) {
      case 'readFile': {
        const { start = 0, end } = params as { start?: number; end?: number };
        return { base64: (await readFile(file)).subarray(start, end).toString('base64') };
      }
      case 'stat': {
        const info = await stat(file);
        return { result: { size: info.size, isDirectory: info.isDirectory() } };
      }
      case 'list': {
        const entries = await readdir(file, { withFileTypes: true });
        const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
        return { result: names.sort() };
      }
    }
  }
}
