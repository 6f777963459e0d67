// A program that we have halted stands in a script of ours, on top of the user's own stack: the editor is led
// to the user's frame.
import * as vscode from 'vscode';
import { HALT_SCRIPT } from '../shared/protocol/node';
import { framesOf, type Frame } from './evaluate';

/** Time for the editor to turn to the halted frame, milliseconds. */
const FOCUS_MS = 3000;

const isOurs = ({ source }: Frame): boolean =>
  source?.name?.endsWith(HALT_SCRIPT) === true || source?.path?.endsWith(HALT_SCRIPT) === true;

/** True once the editor shows a frame. */
async function focused(session: vscode.DebugSession, frameId: number): Promise<boolean> {
  const isFocused = (): boolean => {
    const item = vscode.debug.activeStackItem;
    return item?.session === session && 'frameId' in item && item.frameId === frameId;
  };
  const deadline = Date.now() + FOCUS_MS;
  while (!isFocused()) {
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  return true;
}

/** Leads to the user's frame where we have halted a thread. */
export async function leadToUser(session: vscode.DebugSession, threadId: number): Promise<void> {
  const [top] = await framesOf(session, threadId, 1);
  if (!top || !isOurs(top)) return;
  // tfjs and the lens itself are skipped: the next frame that counts is the user's.
  if (await focused(session, top.id)) {
    await vscode.commands.executeCommand('workbench.action.debug.callStackDown');
    await closeHaltScript();
  }
}

/** The debugger has opened our script when it halted; nobody needs to see it. */
async function closeHaltScript(): Promise<void> {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const ours = tabs.filter(({ label, isPreview }) => label === HALT_SCRIPT && isPreview);
  if (ours.length > 0) await vscode.window.tabGroups.close(ours, true);
}
