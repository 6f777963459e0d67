// The experiments of this session and their panels. A few that have ended are kept, so that their panels can be
// opened again; their runs are kept on disk in any case.
import * as vscode from 'vscode';
import type { Experiment, ExperimentParts, SourceChange } from '../../experiments/editor/parts';
import { RateTest } from '../../experiments/editor/rateTest';
import { Sweep, type SweepOptions } from '../../experiments/editor/sweep';
import type { StatedParameters } from '../../fixes';
import { recognise } from '../../model/recognise';
import { hasEnded } from '../../experiments/runner/trial';
import { newRunId } from '../../run/runId';
import type { ExperimentAction } from '../../shared/protocol/experiment';
import { textNow } from '../trainedTexts';
import { EXPERIMENT_FILES, ExperimentLens } from './experimentLens';
import { ExperimentPanel } from './experimentPanel';

/** Experiments that have ended and stay in memory. */
const MAX_ENDED = 10;

/** What experiments need besides trainings. */
export interface ExperimentsParts extends ExperimentParts {
  extensionUri: vscode.Uri;
  /** Shows a change of the source, and makes it where the user wants it. */
  apply(change: SourceChange): Promise<void>;
  /** Runs a command of the extension, which tells of its failures itself. */
  command(
    verb: 'openRun' | 'compareRuns' | 'runExperiment' | 'findLearningRate',
    argument: unknown,
  ): void;
  /** Shows a failure to the user. */
  tell(message: string): void;
}

/** Starts experiments and shows them. */
export class Experiments implements vscode.Disposable {
  private list: Experiment[] = [];
  private readonly panels = new Map<Experiment, ExperimentPanel>();
  private readonly lens = vscode.languages.registerCodeLensProvider(
    EXPERIMENT_FILES,
    new ExperimentLens(),
  );

  constructor(private readonly parts: ExperimentsParts) {}

  /** Newest last. */
  get all(): readonly Experiment[] {
    return this.list;
  }

  /** Starts a sweep. Its file, where it has one, runs once at a time. */
  async sweep(options: Omit<SweepOptions, 'id'>, show = true): Promise<Sweep> {
    const { file, model } = options;
    const before = this.list.filter((one) => file && one.file?.toString() === file.toString());
    await Promise.all(before.map((one) => one.stop()));
    for (const one of before) this.panels.get(one)?.dispose();
    const id = newRunId(vscode.workspace.asRelativePath(file ?? model, false));
    const sweep = new Sweep(this.parts, { ...options, id });
    this.add(sweep, show);
    if (show) void showProgress(sweep);
    return sweep;
  }

  /** Starts a range test. Throws RateTestError where the model cannot be tested. */
  testRates(model: vscode.Uri, seed: number, show = true): RateTest {
    const test = new RateTest(this.parts, newRunId('learning-rate'), model, seed);
    this.add(test, show);
    return test;
  }

  /** What the source of a model states of what could vary. */
  stated(model: vscode.Uri): StatedParameters {
    const text = textNow(model.fsPath) ?? '';
    const { kind } = recognise(model.fsPath, text);
    const source = { file: model.fsPath, text };
    return this.parts.fixes().statedParameters(source, { layers: [], kind });
  }

  show(experiment: Experiment): void {
    const known = this.panels.get(experiment);
    if (known) {
      known.reveal();
      return;
    }
    const { extensionUri, log } = this.parts;
    const panel = new ExperimentPanel(extensionUri, experiment, {
      trouble: (message) => log.warn(message),
      closed: () => this.panels.delete(experiment),
      asked: (message) => {
        if (message.type === 'action') this.act(experiment, message.action);
        else if (message.type === 'openTrial') this.openTrial(experiment, message.trial);
        else this.compare(experiment, message.trials);
      },
    });
    this.panels.set(experiment, panel);
  }

  /** Shows the edits that write an experiment's result, and makes them where the user wants them. */
  async apply(experiment: Experiment): Promise<void> {
    const change = await experiment.change();
    if (change.files.length === 0) {
      void vscode.window.showInformationMessage(`${change.title}: the source says so already.`);
      return;
    }
    await this.parts.apply(change);
  }

  dispose(): void {
    this.lens.dispose();
    for (const experiment of this.list) void experiment.stop();
    for (const panel of this.panels.values()) panel.dispose();
  }

  private add(experiment: Experiment, show: boolean): void {
    const ended = this.list.filter((one) => one.view().state !== 'running');
    const old = new Set(ended.slice(0, Math.max(0, ended.length + 1 - MAX_ENDED)));
    this.list = [...this.list.filter((one) => !old.has(one) || this.panels.has(one)), experiment];
    if (show) this.show(experiment);
  }

  private act(experiment: Experiment, action: ExperimentAction): void {
    const { parts } = this;
    const told = (error: unknown): void => parts.tell(error instanceof Error ? error.message : String(error)); // prettier-ignore
    switch (action) {
      case 'stop':
        experiment.stop().catch(told);
        break;
      case 'apply':
        this.apply(experiment).catch(told);
        break;
      case 'openFile':
        vscode.window
          .showTextDocument(experiment.file ?? experiment.model, {
            viewColumn: vscode.ViewColumn.One,
          }) // prettier-ignore
          .then(undefined, told);
        break;
      case 'rerun':
        if (experiment.file) parts.command('runExperiment', experiment.file);
        else parts.command('findLearningRate', experiment.model);
        break;
    }
  }

  private openTrial(experiment: Experiment, trial: number): void {
    const id = experiment.runsOf(trial).at(-1);
    if (id !== undefined) this.parts.command('openRun', id);
  }

  private compare(experiment: Experiment, trials: readonly number[]): void {
    const ids = trials.flatMap((trial) => experiment.runsOf(trial).slice(-1));
    this.parts.command('compareRuns', ids);
  }
}

/** Trials done and the best so far, with a button that ends the sweep; until it has ended. */
async function showProgress(sweep: Sweep): Promise<void> {
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: sweep.title, cancellable: true },
    async (progress, cancelled) => {
      cancelled.onCancellationRequested(() => void sweep.stop());
      let done = 0;
      const subscription = sweep.onDidChange(() => {
        const { trials, best, planned } = sweep.runner;
        const ended = trials.filter(hasEnded).length;
        if (ended === done) return;
        const of = planned === undefined ? '' : ` of ${planned}`;
        const leader = best ? `, best is trial ${best.number}` : '';
        progress.report({
          message: `${ended}${of} trials${leader}`,
          ...(planned !== undefined && { increment: (100 * (ended - done)) / planned }),
        });
        done = ended;
      });
      await sweep.finished;
      subscription.dispose();
    },
  );
}
