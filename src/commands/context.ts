// What commands work with.
import type * as vscode from 'vscode';
import type { CurrentRun } from '../surfaces/currentRun';
import type { Panels } from '../surfaces/panel/panels';
import type { Trainer } from '../trainer';

/** Handed to every command. */
export interface CommandContext {
  trainer: Trainer;
  current: CurrentRun;
  panels: Panels;
  log: vscode.LogOutputChannel;
}

/** A command's handler; what it gets is whatever its caller passes, and so is unknown. */
export type Command = (context: CommandContext, ...args: unknown[]) => Promise<void>;
