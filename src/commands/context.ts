// What commands work with.
import type * as vscode from 'vscode';
import type { ModelRun } from '../api';
import type { TrainingDebugger } from '../debug/editor';
import type { JsDebug } from '../jsDebug';
import type { FollowedLogs } from '../platform/followedLogs';
import type { NodeTerminals } from '../platform/nodeTerminals';
import type { RunRegistry } from '../run/runRegistry';
import type { Comparisons } from '../surfaces/compare';
import type { CurrentRun } from '../surfaces/currentRun';
import type { Experiments } from '../surfaces/experiments';
import type { Panels } from '../surfaces/panel/panels';
import type { Remedies } from '../surfaces/remedies';
import type { RunsView } from '../surfaces/runs';
import type { Trainer } from '../trainer';

/** Handed to every command. */
export interface CommandContext {
  trainer: Trainer;
  current: CurrentRun;
  panels: Panels;
  registry: RunRegistry<ModelRun>;
  remedies: Remedies;
  runs: RunsView;
  comparisons: Comparisons;
  followedLogs: FollowedLogs;
  experiments: Experiments;
  terminals: NodeTerminals;
  jsDebug: JsDebug;
  training: TrainingDebugger;
  log: vscode.LogOutputChannel;
  /** Where the extension's own files lie. */
  extensionUri: vscode.Uri;
  /** Shows a failure to the user. */
  tell: (message: string) => void;
}

/** A command's handler; what it gets is whatever its caller passes, and so is unknown. */
export type Command = (context: CommandContext, ...args: unknown[]) => Promise<unknown>;
