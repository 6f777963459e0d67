// Provides and resolves the launch configurations of the training debugger.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { DEBUG_TYPE } from '../../contributions';
import { messageOf } from '../../model/modelError';
import { MODEL_EXTENSIONS, recognise, type Recognition } from '../../model/recognise';
import { readSetting } from '../../platform/settings';
import { unsavedFiles } from '../../platform/unsavedFiles';
import { configurationFor, planOf } from './configuration';

/** What the provider works with. */
export interface ConfigurationParts {
  /** Paths of the files of the workspace that use tfjs. */
  modelFiles(): readonly string[];
  /** Debugs a program that needs Node in VS Code's own debugger. */
  debugInNode(program: vscode.Uri): Promise<void>;
  tell: (message: string) => void;
}

/** Files offered among the dynamic configurations at most. */
const MAX_OFFERED = 50;

/** What a file is, with what its editor has not saved; undefined where it cannot be read. */
async function recogniseFile(file: string): Promise<Recognition | undefined> {
  try {
    return recognise(file, unsavedFiles().get(file) ?? (await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** The file being edited, where it may be trained. */
function editedFile(): string | undefined {
  const document = vscode.window.activeTextEditor?.document;
  if (document?.uri.scheme !== 'file') return undefined;
  return MODEL_EXTENSIONS.test(document.fileName) ? document.fileName : undefined;
}

class TrainingConfigurations implements vscode.DebugConfigurationProvider {
  constructor(private readonly parts: ConfigurationParts) {}

  /** F5 without launch.json comes with an empty configuration. */
  resolveDebugConfiguration(
    _: vscode.WorkspaceFolder | undefined,
    config: vscode.DebugConfiguration,
  ): vscode.DebugConfiguration | undefined {
    // What VS Code hands over is typed as if it were complete.
    const { type, request, name } = config as Partial<vscode.DebugConfiguration>;
    if (type || request || name)
      return { ...config, program: (config['program'] as unknown) ?? '${file}' };
    const file = editedFile();
    if (file !== undefined) return { ...config, ...configurationFor(file) };
    this.parts.tell('Open the model file whose training is to be debugged, and start again.');
    return undefined;
  }

  async resolveDebugConfigurationWithSubstitutedVariables(
    folder: vscode.WorkspaceFolder | undefined,
    config: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration | undefined> {
    const { parts } = this;
    if (!vscode.workspace.isTrusted) {
      parts.tell(
        'Training runs the code of this workspace, which is in Restricted Mode. Trust the workspace ' +
          '(command "Manage Workspace Trust") and start again.',
      );
      return undefined;
    }
    const plan = await planOf(config, folder?.uri.fsPath, recogniseFile, (file) =>
      readSetting('backend', vscode.Uri.file(file)),
    );
    if (plan.type === 'train') return { ...config, program: plan.program };
    if (plan.type === 'refuse') parts.tell(plan.message);
    else {
      await parts
        .debugInNode(vscode.Uri.file(plan.program))
        .catch((error: unknown) => parts.tell(messageOf(error)));
    }
    return undefined;
  }
}

/** One configuration for each model file of the workspace that trains in the editor. */
async function offered(files: readonly string[]): Promise<vscode.DebugConfiguration[]> {
  const found = await Promise.all(
    [...files].sort().map(async (file) => ({ file, is: await recogniseFile(file) })),
  );
  return found
    .filter(({ is }) => is?.trains && (is.kind === 'experiment' || is.needsNode === undefined))
    .slice(0, MAX_OFFERED)
    .map(({ file }) => ({
      ...configurationFor(file),
      name: `Train ${vscode.workspace.asRelativePath(file).split(path.sep).join('/')}`,
    }));
}

/** Registers what provides and resolves configurations. */
export function registerConfigurations(parts: ConfigurationParts): vscode.Disposable {
  const { registerDebugConfigurationProvider: register } = vscode.debug;
  const { Initial, Dynamic } = vscode.DebugConfigurationProviderTriggerKind;
  return vscode.Disposable.from(
    register(DEBUG_TYPE, new TrainingConfigurations(parts)),
    register(
      DEBUG_TYPE,
      {
        provideDebugConfigurations: () => [
          { ...configurationFor('${file}'), name: 'Debug training' },
        ],
      },
      Initial,
    ),
    register(
      DEBUG_TYPE,
      { provideDebugConfigurations: () => offered(parts.modelFiles()) },
      Dynamic,
    ),
  );
}
