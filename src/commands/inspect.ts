// Show in Gradient Lens: a tensor, variable, layer or model of a stopped program, from the Variables or the
// Watch view, or from what is selected in the editor.
import * as vscode from 'vscode';
import type { Command } from './context';

/** What VS Code hands over for an entry of its views; nothing of it is certain. */
interface ViewEntry {
  sessionId?: unknown;
  variable?: { name?: unknown; evaluateName?: unknown };
}

/** What is selected in the editor, or the path of names under the cursor. */
function selected(): string | undefined {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return undefined;
  const { document, selection } = editor;
  const text = document.getText(selection).trim();
  if (text !== '') return text;
  const range = document.getWordRangeAtPosition(selection.active, /[\p{L}$_][\p{L}\d$_.]*/u);
  return range && document.getText(range);
}

export const inspect: Command = async ({ jsDebug, tell }, entry) => {
  const { sessionId, variable } = (entry ?? {}) as ViewEntry;
  if (variable) {
    const { name, evaluateName } = variable;
    const expression = typeof evaluateName === 'string' ? evaluateName : undefined;
    if (expression === undefined || expression === '') {
      tell(
        `The debugger has no expression for ${String(name)}, so it cannot be looked at from here. ` +
          'Add it to the Watch view by an expression, and show it from there.',
      );
      return undefined;
    }
    const session = typeof sessionId === 'string' ? jsDebug.session(sessionId) : undefined;
    return jsDebug.inspect(expression, session);
  }
  const expression = selected();
  if (expression !== undefined) return jsDebug.inspect(expression, undefined);
  tell('Nothing is selected. Select a tensor, variable, layer or model in the editor.');
  return undefined;
};
