// Registers every command. What a command throws is told to the user in its own words, once.
import * as vscode from 'vscode';
import { Commands } from '../contributions';
import { messageOf } from '../model/modelError';
import type { Command, CommandContext } from './context';
import { applyRemedy } from './applyRemedy';
import { attach } from './attach';
import { clearRunFilter } from './clearRunFilter';
import { compareRuns } from './compareRuns';
import {
  compareActivations,
  compareDepth,
  compareInitializers,
  compareOptimizers,
} from './compareVariants';
import { copyRunId } from './copyRunId';
import { debug } from './debug';
import { debugTraining } from './debugTraining';
import { deleteRun } from './deleteRun';
import { explainRule } from './explainRule';
import { exportRun } from './exportRun';
import { findLearningRate } from './findLearningRate';
import { filterRuns } from './filterRuns';
import { groupRuns } from './groupRuns';
import { inspect } from './inspect';
import { noteRun } from './noteRun';
import { openRun } from './openRun';
import { openLogs } from './openLogs';
import { pause } from './pause';
import { pinBaseline } from './pinBaseline';
import { pinRun } from './pinRun';
import { refreshRuns } from './refreshRuns';
import { renameRun } from './renameRun';
import { rerunSameSeed, rerunWithChanges } from './rerun';
import { restart } from './restart';
import { runExperiment } from './runExperiment';
import { applyExperiment, showExperiment } from './showExperiment';
import { sweep } from './sweep';
import { resume } from './resume';
import { resumeRun } from './resumeRun';
import { revealRun } from './revealRun';
import { showOutput } from './showOutput';
import { showPanel } from './showPanel';
import { sortRuns } from './sortRuns';
import { step } from './step';
import { stop } from './stop';
import { tagRun } from './tagRun';
import { train } from './train';
import { unpinBaseline } from './unpinBaseline';
import { unpinRun } from './unpinRun';
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
  resumeRun,
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
  openLogs,
  openRun,
  renameRun,
  pinRun,
  unpinRun,
  tagRun,
  noteRun,
  deleteRun,
  revealRun,
  copyRunId,
  exportRun,
  compareRuns,
  pinBaseline,
  unpinBaseline,
  groupRuns,
  sortRuns,
  filterRuns,
  clearRunFilter,
  refreshRuns,
  runExperiment,
  sweep,
  findLearningRate,
  compareActivations,
  compareInitializers,
  compareOptimizers,
  compareDepth,
  showExperiment,
  applyExperiment,
  rerunSameSeed,
  rerunWithChanges,
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
