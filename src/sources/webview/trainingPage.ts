// The page that carries a training worker, as the source sees it. The panel implements it.
import type { Notice } from '../../shared/core/run';
import type { FromRuntime, ToRuntime } from '../../shared/protocol/runtime';

/** What a page reports of one run's worker. Messages have passed the guards. */
export interface PageListener {
  message(message: FromRuntime): void;
  /** The worker could not start or died outside user code. */
  workerError(message: string): void;
  /** The page was reloaded or closed: its worker is gone. */
  lost(notice: Notice): void;
}

/** The first message to a worker. */
export type WorkerStart = Extract<ToRuntime, { type: 'start' }>;

/** A page that can start workers. */
export interface TrainingPage {
  /** What loading it is, in words; by default it is the editor's panel that loads. */
  readonly loading?: string;
  /** Resolves when the page has loaded; rejects when it is closed or does not load in time. */
  ready(): Promise<void>;
  /** Starts the worker of a run: `code` is the bundle, `start` reaches the worker before all else. */
  launch(runId: string, code: string, start: WorkerStart): void;
  send(runId: string, message: ToRuntime): void;
  /** Ends the run's worker, whatever it does. */
  terminate(runId: string): void;
  /** Listens to one run; the returned function ends that. */
  attach(runId: string, listener: PageListener): () => void;
}
