// Registers every command. What a command throws is told to the user in its own words, once.
import * as vscode from 'vscode';
import { Commands } from '../contributions';
import { messageOf } from '../model/modelError';
import { applyRemedy } from './applyRemedy';
import type { Command, CommandContext } from './context';
import { explainRule } from './explainRule';
import { pause } from './pause';
import { restart } from './restart';
import { resume } from './resume';
import { showOutput } from './showOutput';
import { showPanel } from './showPanel';
import { step } from './step';
import { stop } from './stop';
import { train } from './train';
import { useStandIn } from './useStandIn';
import { verifyRemedy } from './verifyRemedy';

const HANDLERS: Record<keyof typeof Commands, Command> = {
  train,
  pause,
  resume,
  step,
  stop,
  restart,
  showPanel,
  showOutput,
  explainRule,
  applyRemedy,
  verifyRemedy,
  useStandIn,
};

/** Runs a verb and shows what it throws. */
export async function runCommand(
  verb: keyof typeof Commands,
  context: CommandContext,
  ...args: unknown[]
): Promise<void> {
  try {
    await HANDLERS[verb](context, ...args);
  } catch (error) {
    context.tell(messageOf(error));
  }
}

/** Registers all commands. */
export function registerCommands(context: CommandContext): vscode.Disposable {
  const verbs = Object.keys(HANDLERS) as (keyof typeof Commands)[];
  return vscode.Disposable.from(
    ...verbs.map((verb) =>
      vscode.commands.registerCommand(Commands[verb], (...args: unknown[]) =>
        runCommand(verb, context, ...args),
      ),
    ),
  );
}
