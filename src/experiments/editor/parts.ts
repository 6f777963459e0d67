// What experiments work with, of the rest of the extension.
import type * as vscode from 'vscode';
import type { ModelRun } from '../../api';
import type { Fixes } from '../../platform/fixesService';
import type { RunRegistry } from '../../run/runRegistry';
import type { Event } from '../../run/emitter';
import type { ShownExperiment } from '../../shared/protocol/experiment';
import type { RemedyPlan } from '../../surfaces/remedies';
import type { Trainer } from '../../trainer';

/** Handed to every experiment. */
export interface ExperimentParts {
  trainer: Pick<Trainer, 'tryInThread'>;
  registry: RunRegistry<ModelRun>;
  fixes: () => Fixes;
  log: vscode.LogOutputChannel;
}

/** A change of the source that can be shown and made. */
export type SourceChange = Pick<RemedyPlan, 'title' | 'files'>;

/** A sweep or a range test, as its page and the commands see it. */
export interface Experiment {
  readonly id: string;
  readonly title: string;
  readonly model: vscode.Uri;
  /** Its file, where it has one. */
  readonly file: vscode.Uri | undefined;
  readonly onDidChange: Event<void>;
  view(): ShownExperiment;
  /** Resolves when it has ended, however it did. */
  readonly finished: Promise<void>;
  stop(): Promise<void>;
  /** The edits that write its result into the source; rejects where that cannot be done. */
  change(): Promise<SourceChange>;
  /** Ids of the runs of a trial; empty where it has none. */
  runsOf(trial: number): readonly string[];
}
