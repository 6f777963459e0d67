// Launch configurations of js-debug that say `"gradientLens": true` start their programs under the lens.
import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { messageOf } from '../model/modelError';
import { isOwnThread, isTargetOf, NODE_TYPES, withLens } from './launchConfig';
import { lensOption, type LensOption } from './lensOption';

/** A lens for a configuration that is about to start. */
export interface PreparedLens {
  /** The invitation, as JSON. */
  invitation: string;
  /** Names the lens in the configuration. */
  key: string;
}

/** What the provider needs. */
export interface ProviderOptions {
  /** Absolute path of `nodeTap.cjs`. */
  preload: string;
  /** Property for {@link PreparedLens.key}. */
  keyName: string;
  prepare(
    folder: vscode.WorkspaceFolder | undefined,
    config: vscode.DebugConfiguration,
    option: LensOption,
  ): Promise<PreparedLens>;
  tell: (message: string) => void;
}

/** The text of a file of variables, where there is one; js-debug says what is wrong with it. */
async function envFileOf({ envFile }: vscode.DebugConfiguration): Promise<string | undefined> {
  if (typeof envFile !== 'string' || envFile === '') return undefined;
  return readFile(envFile, 'utf8').catch(() => undefined);
}

/** Puts the lens into configurations, once their variables have their values. */
class LensProvider implements vscode.DebugConfigurationProvider {
  constructor(private readonly options: ProviderOptions) {}

  /** Our thread is none of the user's, and releases itself: it gets no session, silently. */
  resolveDebugConfiguration(
    _: vscode.WorkspaceFolder | undefined,
    config: vscode.DebugConfiguration,
  ): vscode.DebugConfiguration | undefined {
    return isOwnThread(config) ? undefined : config;
  }

  async resolveDebugConfigurationWithSubstitutedVariables(
    folder: vscode.WorkspaceFolder | undefined,
    config: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration> {
    const option = lensOption(config['gradientLens']);
    if (!option || isTargetOf(config) || config.request !== 'launch') return config;
    if (!vscode.workspace.isTrusted) return config;
    try {
      const { preload, keyName } = this.options;
      const envFile = await envFileOf(config);
      const { invitation, key } = await this.options.prepare(folder, config, option);
      const lensed = withLens(config, {
        ...{ preload, invitation },
        ...(envFile !== undefined && { envFile }),
      });
      return { ...lensed, [keyName]: key };
    } catch (error) {
      // The program is debugged all the same.
      this.options.tell(`${config.name} is debugged without Gradient Lens. ${messageOf(error)}`);
      return config;
    }
  }
}

/** Registers the provider for every type of js-debug that runs programs in Node. */
export function registerProvider(options: ProviderOptions): vscode.Disposable {
  const provider = new LensProvider(options);
  return vscode.Disposable.from(
    ...NODE_TYPES.map((type) => vscode.debug.registerDebugConfigurationProvider(type, provider)),
  );
}
