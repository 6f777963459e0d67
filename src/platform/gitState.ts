// Which commit a file's repository stands at, from VS Code's git extension where it runs, else from the files of git.
import path from 'node:path';
import * as vscode from 'vscode';
import { readGit } from '../store/gitFolder';
import type { ModelSource } from '../store/manifest';

/** The part of the git extension's API (version 1) that is used here. */
interface GitExtension {
  getAPI(version: 1): {
    getRepository(uri: vscode.Uri): {
      state: {
        HEAD?: { name?: string; commit?: string };
        workingTreeChanges: readonly unknown[];
        indexChanges: readonly unknown[];
      };
    } | null;
  };
}

function stateOf(file: vscode.Uri): ModelSource['git'] {
  const extension = vscode.extensions.getExtension<GitExtension>('vscode.git');
  if (!extension?.isActive) return undefined;
  const state = extension.exports.getAPI(1).getRepository(file)?.state;
  const commit = state?.HEAD?.commit;
  if (!state || commit === undefined) return undefined;
  const branch = state.HEAD?.name;
  return {
    commit,
    ...(branch !== undefined && { branch }),
    dirty: state.workingTreeChanges.length + state.indexChanges.length > 0,
  };
}

/** The commit, and whether files have changed since, where that is known. Never rejects. */
export async function gitStateOf(file: vscode.Uri): Promise<ModelSource['git']> {
  try {
    return stateOf(file) ?? (await readGit(path.dirname(file.fsPath)));
  } catch {
    // Git switched off, or of another version: a run trains without.
    return readGit(path.dirname(file.fsPath));
  }
}
