// The settings of how programs run in Node, as they hold for one file.
import { homedir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ProgramOptions } from '../sources/node/prepareProgram';
import { readSetting } from './settings';
import { withVariables } from './settingVariables';

/** How a file is to be run. What is not text in a list or a record is left out. */
export function nodeSettings(model: vscode.Uri): ProgramOptions {
  const file = model.fsPath;
  const folder = vscode.workspace.getWorkspaceFolder(model)?.uri.fsPath ?? path.dirname(file);
  const values = { file, workspaceFolder: folder, userHome: homedir(), env: process.env };
  const text = (value: string) => withVariables(value, values);
  const list = (name: 'node.args' | 'node.nodeArgs') =>
    readSetting(name, model)
      .filter((item: unknown) => typeof item === 'string')
      .map(text);
  const env = Object.entries(readSetting('node.env', model)).filter(
    (entry: [string, unknown]): entry is [string, string] => typeof entry[1] === 'string',
  );
  const runtime = text(readSetting('node.runtime', model).trim());
  return {
    runtime: runtime === '' ? '' : path.resolve(folder, runtime),
    args: list('node.args'),
    nodeArgs: list('node.nodeArgs'),
    env: Object.fromEntries(env.map(([name, value]) => [name, text(value)])),
    cwd: path.resolve(folder, text(readSetting('node.cwd', model))),
    npmScript: readSetting('node.npmScript', model).trim(),
  };
}

/** From now on, the programs of this workspace run on `@tensorflow/tfjs` where they ask for tfjs-node. */
export async function rememberStandIn(): Promise<void> {
  const hasFolder = (vscode.workspace.workspaceFolders ?? []).length > 0;
  const target = hasFolder
    ? vscode.ConfigurationTarget.Workspace
    : vscode.ConfigurationTarget.Global;
  await vscode.workspace.getConfiguration('gradientLens').update('node.standIn', 'use', target);
}
