// Registers every command. What a command throws is told to the user in its own words, once.
import * as vscode from 'vscode';
import { Commands } from '../contributions';
import { messageOf } from '../model/modelError';
import { applyRemedy } from './applyRemedy';
import { attach } from './attach';
import type { Command, CommandContext } from './context';
import { debug } from './debug';
import { debugTraining } from './debugTraining';
import { explainRule } from './explainRule';
import { inspect } from './inspect';
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
import { viewInPanel } from './viewInPanel';

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
  debugTraining,
  debug,
  attach,
  inspect,
  viewInPanel,
};

/** Runs a verb and shows what it throws; resolves with what the command gives its caller. */
export async function runCommand(
  verb: keyof typeof Commands,
  context: CommandContext,
  ...args: unknown[]
): Promise<unknown> {
  try {
    return await HANDLERS[verb](context, ...args);
  } catch (error) {
    context.tell(messageOf(error));
    return undefined;
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
