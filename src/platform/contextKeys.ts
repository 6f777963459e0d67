// Context keys, set only when their value changes.
import * as vscode from 'vscode';
import type { ContextKey, ContextValues } from '../contributions';

const known = new Map<ContextKey, string>();

/** Sets a context key for `when` clauses. */
export function setContext<Key extends ContextKey>(key: Key, value: ContextValues[Key]): void {
  const text = JSON.stringify(value);
  if (known.get(key) === text) return;
  known.set(key, text);
  void vscode.commands.executeCommand('setContext', key, value);
}
