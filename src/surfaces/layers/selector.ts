// The documents that may build layers.
import type * as vscode from 'vscode';

export const SOURCES: vscode.DocumentSelector = [
  'javascript',
  'javascriptreact',
  'typescript',
  'typescriptreact',
].map((language) => ({ language, scheme: 'file' }));
