// The debug adapter as VS Code takes it: in the extension's own process, without a port.
import * as vscode from 'vscode';
import { DEBUG_TYPE } from '../../contributions';
import type { StartRun } from '../debuggedRun';
import { TrainingSession } from '../trainingSession';

/** Registers the adapter; `startFor` gives the function by which a session starts its runs. */
export function registerAdapter(
  startFor: (session: vscode.DebugSession) => StartRun,
): vscode.Disposable {
  return vscode.debug.registerDebugAdapterDescriptorFactory(DEBUG_TYPE, {
    createDebugAdapterDescriptor: (session) =>
      new vscode.DebugAdapterInlineImplementation(new TrainingSession(startFor(session))),
  });
}
