// The debug adapter as VS Code takes it: in the extension's own process, without a port.
import * as vscode from 'vscode';
import { DEBUG_TYPE } from '../../contributions';
import type { StartRun } from '../debuggedRun';
import { TrainingSession } from '../trainingSession';

/** A session as VS Code talks to it. */
class InlineAdapter extends vscode.Disposable implements vscode.DebugAdapter {
  constructor(private readonly session: TrainingSession) {
    super(() => {
      session.dispose();
    });
  }

  readonly onDidSendMessage: vscode.Event<vscode.DebugProtocolMessage> = (listener, self) => {
    const subscription = this.session.onDidSendMessage(listener, self);
    return new vscode.Disposable(() => {
      subscription.dispose();
    });
  };

  handleMessage(message: vscode.DebugProtocolMessage): void {
    this.session.handleMessage(message as Parameters<TrainingSession['handleMessage']>[0]);
  }
}

/** Registers the adapter; `startFor` gives the function by which a session starts its runs. */
export function registerAdapter(
  startFor: (session: vscode.DebugSession) => StartRun,
): vscode.Disposable {
  return vscode.debug.registerDebugAdapterDescriptorFactory(DEBUG_TYPE, {
    createDebugAdapterDescriptor: (session) => {
      const adapter = new InlineAdapter(new TrainingSession(startFor(session)));
      return new vscode.DebugAdapterInlineImplementation(adapter);
    },
  });
}
