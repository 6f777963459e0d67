// The debug adapter as VS Code takes it: in the extension's own process, without a port. It is loaded with the
// first session: most windows have none.
import { createRequire } from 'node:module';
import path from 'node:path';
import * as vscode from 'vscode';
import { DEBUG_TYPE } from '../../contributions';
import type { StartRun } from '../debuggedRun';
import type * as adapter from '../trainingSession';
import type { TrainingSession } from '../trainingSession';

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

/** What `dist/trainingSession.js` exports. */
function load(extensionUri: vscode.Uri): typeof adapter {
  const file = path.join(extensionUri.fsPath, 'dist/trainingSession.js');
  return createRequire(file)(file) as typeof adapter;
}

/** Registers the adapter; `startFor` gives the function by which a session starts its runs. */
export function registerAdapter(
  extensionUri: vscode.Uri,
  startFor: (session: vscode.DebugSession) => StartRun,
): vscode.Disposable {
  return vscode.debug.registerDebugAdapterDescriptorFactory(DEBUG_TYPE, {
    createDebugAdapterDescriptor: (session) => {
      const { TrainingSession: Session } = load(extensionUri);
      const inline = new InlineAdapter(new Session(startFor(session)));
      return new vscode.DebugAdapterInlineImplementation(inline);
    },
  });
}
