// "Debug with Gradient Lens" on a file: the launch configuration of js-debug that runs it as Train would.
import path from 'node:path';
import type * as vscode from 'vscode';
import type { EsbuildService } from '../model/esbuildLoader';
import { nodeSettings } from '../platform/nodeSettings';
import type { NodeProgram } from '../sources/node/launcher';
import { prepareProgram, type ProgramOptions } from '../sources/node/prepareProgram';

/** Prepares a file to be debugged. Rejects with a ModelError or a NodeError. */
export async function prepareDebugged(
  esbuild: EsbuildService,
  model: vscode.Uri,
  preload: string,
): Promise<{ program: NodeProgram; config: vscode.DebugConfiguration }> {
  const settings = nodeSettings(model);
  const program = await prepareProgram(esbuild, {
    ...settings,
    ...{ model: model.fsPath, texts: new Map(), preload },
  });
  return { program, config: debugConfig(model.fsPath, settings, program, preload) };
}

/** The configuration that runs a prepared program. */
export function debugConfig(
  file: string,
  { args, npmScript }: Pick<ProgramOptions, 'args' | 'npmScript'>,
  { command }: Pick<NodeProgram, 'command'>,
  preload: string,
): vscode.DebugConfiguration {
  const common = {
    type: 'node',
    request: 'launch',
    name: path.basename(file),
    cwd: command.cwd,
    env: { ...command.env },
    skipFiles: ['<node_internals>/**'],
    gradientLens: true,
    runtimeExecutable: command.executable,
  };
  if (npmScript !== '') return { ...common, runtimeArgs: [...command.args] };
  // The lens comes by NODE_OPTIONS, as in every other configuration.
  const own = command.args.filter(
    (arg, i) => arg !== preload && !(arg === '--require' && command.args[i + 1] === preload),
  );
  const at = own.length - args.length - 1;
  const program = own[at] ?? file;
  const isBundled = program !== file;
  return {
    ...common,
    runtimeArgs: own.slice(0, at),
    program,
    args: [...args],
    ...(isBundled && {
      outFiles: [`${path.dirname(program).replaceAll('\\', '/')}/*.{cjs,mjs}`],
      resolveSourceMapLocations: null,
    }),
  };
}
