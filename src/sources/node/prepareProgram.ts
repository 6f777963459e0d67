// Makes a user's file a program that can be launched: JavaScript as it is, TypeScript and JSX bundled, or
// the package.json script that is to run in its place; with the preload that watches its tfjs.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../../model/modelError';
import { checkModel } from '../../model/bundle';
import type { EsbuildService } from '../../model/esbuildLoader';
import { bundleForNode, needsBundling } from '../../model/nodeBundle';
import { FileLocator } from './fileLocator';
import type { NodeCommand, NodeProgram } from './launcher';
import { NodeError } from './nodeError';
import { findRuntime, type NodeRuntime } from './nodeRuntime';
import { scriptCommand } from './npmScript';
import { programFolder } from './programFolder';

/** How a program is to be run. */
export interface ProgramOptions {
  /** Path of a Node executable; `` for the one of the PATH. */
  runtime: string;
  /** Arguments of the program. */
  args: readonly string[];
  /** Options of Node. */
  nodeArgs: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Absolute. */
  cwd: string;
  /** A script of package.json that runs instead of the file; `` for none. */
  npmScript: string;
}

export interface ProgramRequest extends ProgramOptions {
  /** Absolute path of the program. */
  model: string;
  /** Texts by absolute path, in the place of what is on disk. */
  texts: ReadonlyMap<string, string>;
  /** Absolute path of `nodeTap.cjs`. */
  preload: string;
}

/** An option of Node as the variable NODE_OPTIONS has it. */
const quoted = (option: string) =>
  /[\s"\\]/.test(option) ? `"${option.replace(/["\\]/g, '\\$&')}"` : option;

/** The PATH with a folder before all others, under the name that this environment has for it. */
function pathWith(folder: string): Record<string, string> {
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  const others = process.env[name];
  return { [name]: others ? `${folder}${path.delimiter}${others}` : folder };
}

function locatorOf(
  { model, cwd, preload }: ProgramRequest,
  maps: ReadonlyMap<string, string> = new Map(),
): FileLocator {
  return new FileLocator({ foreign: [preload], maps, folders: [path.dirname(model), cwd] });
}

function scriptProgram(request: ProgramRequest, runtime: NodeRuntime): NodeProgram {
  const { model, args, nodeArgs, env, preload } = request;
  const script = scriptCommand(request.npmScript, path.dirname(model), args);
  const options = ['--require', preload, ...nodeArgs].map(quoted).join(' ');
  const inherited = env['NODE_OPTIONS'] ?? process.env['NODE_OPTIONS'];
  const command: NodeCommand = {
    executable: script.executable,
    args: script.args,
    // Package managers run scripts in the folder of their package.json.
    cwd: script.folder,
    env: {
      ...(request.runtime !== '' && pathWith(path.dirname(runtime.executable))),
      ...env,
      NODE_OPTIONS: inherited ? `${inherited} ${options}` : options,
    },
  };
  return { command, locator: locatorOf(request), dispose: () => undefined };
}

function fileCommand(
  { args, nodeArgs, env, cwd, preload }: ProgramRequest,
  runtime: NodeRuntime,
  file: string,
  own: readonly string[] = [],
): NodeCommand {
  return {
    executable: runtime.executable,
    args: ['--require', preload, ...own, ...nodeArgs, file, ...args],
    cwd,
    env: { ...runtime.env, ...env },
  };
}

async function bundledProgram(
  service: Pick<EsbuildService, 'get'>,
  request: ProgramRequest,
  runtime: NodeRuntime,
): Promise<NodeProgram> {
  const { model, texts } = request;
  const { code, map, format } = await bundleForNode(service, { model, unsaved: texts });
  const folder = await programFolder(path.dirname(model));
  const name = `${path.parse(model).name}.${format === 'cjs' ? 'cjs' : 'mjs'}`;
  const file = path.join(folder.path, name);
  const link = `\n//# sourceMappingURL=${encodeURIComponent(name)}.map\n`;
  await Promise.all([writeFile(file, code + link), writeFile(`${file}.map`, map)]);
  return {
    // Stack traces in the terminal name the user's own lines.
    command: fileCommand(request, runtime, file, ['--enable-source-maps']),
    locator: locatorOf(request, new Map([[file, map]])),
    dispose: () => void folder.remove(),
  };
}

/** Prepares a program. Rejects with a ModelError or a {@link NodeError}. */
export async function prepareProgram(
  service: Pick<EsbuildService, 'get'>,
  request: ProgramRequest,
): Promise<NodeProgram> {
  const { model, texts } = request;
  await checkModel({ model, unsaved: new Map() });
  const runtime = await findRuntime({ setting: request.runtime });
  if (request.npmScript !== '') return scriptProgram(request, runtime);
  const isAsOnDisk = texts.size === 0 && !needsBundling(model, await readFile(model, 'utf8'));
  if (isAsOnDisk) {
    const command = fileCommand(request, runtime, model);
    return { command, locator: locatorOf(request), dispose: () => undefined };
  }
  try {
    return await bundledProgram(service, request, runtime);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (typeof code !== 'string' || !/^E[A-Z]+$/.test(code)) throw error;
    throw new NodeError(
      'launch-failed',
      `${path.basename(model)} could not be prepared for Node: ${messageOf(error)}. Make the folder for ` +
        'temporary files writable, or compile the program and train the compiled file.',
      { cause: error },
    );
  }
}
