// The run that commands without an argument mean: the one whose panel the user turned to last, or the
// one started last. Keeps the context keys that menus and enablement look at.
import * as vscode from 'vscode';
import type { ModelRun } from '../api';
import { setContext } from '../platform/contextKeys';
import type { RunRegistry } from '../run/runRegistry';

/** Follows the current run. */
export class CurrentRun implements vscode.Disposable {
  private run: ModelRun | undefined;
  private readonly changed = new vscode.EventEmitter<ModelRun | undefined>();
  private readonly subscriptions: { dispose(): void }[];
  private watching: { dispose(): void } | undefined;

  constructor(
    private readonly registry: RunRegistry<ModelRun>,
    onDidActivate: vscode.Event<{ id: string }>,
  ) {
    this.subscriptions = [
      // Trials of an experiment have their own place; they are chosen by turning to their panels.
      registry.onDidStartRun((run) => {
        if (!run.request.experiment) this.choose(run);
      }),
      onDidActivate(({ id }) => {
        const run = registry.byId(id);
        if (run) this.choose(run);
      }),
    ];
    this.publish();
  }

  /** Another run, or the same one has changed. */
  get onDidChange(): vscode.Event<ModelRun | undefined> {
    return this.changed.event;
  }

  get value(): ModelRun | undefined {
    return this.run;
  }

  /** The run with this id, or the current one where no id is given. */
  find(id: unknown): ModelRun | undefined {
    return typeof id === 'string' ? this.registry.byId(id) : this.run;
  }

  dispose(): void {
    this.watching?.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
    this.changed.dispose();
  }

  private choose(run: ModelRun): void {
    if (run === this.run) return;
    this.run = run;
    this.watching?.dispose();
    this.watching = run.onDidChange(() => this.publish());
    this.publish();
  }

  private publish(): void {
    setContext('gradientLens.runState', this.run?.state ?? 'idle');
    setContext('gradientLens.pausable', this.run?.pausable ?? false);
    this.changed.fire(this.run);
  }
}
