// Events without the VS Code API, in its shape: an event is a function that takes a listener and
// returns a disposable, so that `run.onDidStep` can be handed to extension code as it is.

/** Ends a subscription. */
export interface Disposable {
  dispose(): void;
}

/** Structurally a `vscode.Event<T>`. */
export type Event<T> = (
  listener: (event: T) => unknown,
  thisArgs?: unknown,
  disposables?: Disposable[],
) => Disposable;

/** Takes what a listener threw: one faulty listener must not stop a run or the other listeners. */
export type OnListenerError = (error: unknown) => void;

/** Fires events to its listeners, in the order of subscription. */
export class Emitter<T> {
  private readonly listeners = new Set<{ call(event: T): unknown }>();

  constructor(private readonly onListenerError: OnListenerError) {}

  readonly event: Event<T> = (listener, thisArgs, disposables) => {
    const entry = { call: (event: T) => listener.call(thisArgs, event) };
    this.listeners.add(entry);
    const subscription = { dispose: () => void this.listeners.delete(entry) };
    disposables?.push(subscription);
    return subscription;
  };

  fire(event: T): void {
    for (const entry of [...this.listeners]) {
      try {
        entry.call(event);
      } catch (error) {
        this.onListenerError(error);
      }
    }
  }

  dispose(): void {
    this.listeners.clear();
  }
}
