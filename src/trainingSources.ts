// Where a model trains: in the panel's worker, or in Node where it needs that or is asked to.
import { createRequire } from 'node:module';
import path from 'node:path';
import * as vscode from 'vscode';
import { bundleModel } from './model/bundle';
import type { EsbuildService } from './model/esbuildLoader';
import type { Recognition } from './model/recognise';
import type { BackendChoices } from './platform/backendChoices';
import type { KeptCheckpoints } from './platform/keptCheckpoints';
import { nodeSettings } from './platform/nodeSettings';
import type { NodeTerminals } from './platform/nodeTerminals';
import { saveFirst } from './platform/saveFirst';
import { readSetting } from './platform/settings';
import type { RunSource } from './run/source';
import type { RequestedBackend } from './shared/protocol/runtime';
import { FallbackSource } from './sources/fallbackSource';
import { needsNode } from './sources/needsNode';
import { NodeSource } from './sources/node/nodeSource';
import { prepareProgram } from './sources/node/prepareProgram';
import { ThreadPage } from './sources/runtimeHost/threadPage';
import type { TrainingPage } from './sources/webview/trainingPage';
import { WebviewSource } from './sources/webview/webviewSource';
import { WorkspaceFiles } from './sources/webview/workspaceFiles';
import type { UserConsole } from './surfaces/userConsole';
import type { TrainPlan } from './trainOptions';

/** What sources work with. */
export interface SourceParts {
  esbuild: EsbuildService;
  choices: BackendChoices;
  console: UserConsole;
  terminals: NodeTerminals;
  checkpoints: KeptCheckpoints;
  log: vscode.LogOutputChannel;
  /** Folder of the built files. */
  dist: string;
}

/** What one run asks for. */
export interface SourceRequest {
  id: string;
  model: vscode.Uri;
  found: Recognition;
  plan: TrainPlan;
  /** Texts by absolute path, in the place of what is on disk. */
  texts: ReadonlyMap<string, string>;
  /** True where the caller named the backend: no other one takes its place. */
  isBackendFixed: boolean;
  /** True where `texts` are more than what editors have not saved: they are to be trained as they are. */
  isTrial: boolean;
  /** True where it is to train in a thread of its own, without a panel. */
  inThread: boolean;
}

/** Packages that give a program a tfjs of its own. */
const TFJS = ['tfjs', 'tfjs-core', 'tfjs-node', 'tfjs-node-gpu'];

/** True where a program finds a tfjs of its own. */
export function hasOwnTfjs(file: string): boolean {
  const { resolve } = createRequire(file);
  return TFJS.some((name) => {
    try {
      return resolve(`@tensorflow/${name}/package.json`) !== '';
    } catch {
      return false;
    }
  });
}

/** Why a program trains in Node, in one sentence. */
function reasonOf(specifier: string | undefined): string {
  return specifier === undefined
    ? 'The program uses what exists only in Node.'
    : `The program imports '${specifier}', which exists only in Node.`;
}

/** Makes the sources of runs. */
export class TrainingSources {
  constructor(private readonly parts: SourceParts) {}

  /** True where the run cannot but train in a process of its own: it needs no panel. */
  isNodeOnly({ found, plan, model, isBackendFixed }: SourceRequest): boolean {
    if (found.kind === 'experiment') return false;
    if (plan.backend === 'node') return found.needsNode !== undefined || hasOwnTfjs(model.fsPath);
    return found.needsNode !== undefined && !isBackendFixed;
  }

  /** The source of a run; `page` is the panel, for runs that may train in it. */
  of(request: SourceRequest, page: TrainingPage | undefined): RunSource {
    const { found, plan } = request;
    const { dist, log } = this.parts;
    const { inThread } = request;
    if (this.isNodeOnly(request) || (!page && !inThread)) {
      return this.node(request, plan.backend === 'node' ? undefined : found.needsNode?.specifier);
    }
    const asked = plan.backend === 'node' ? 'auto' : plan.backend;
    const trouble = (message: string): void => log.warn(message);
    const thread = (): TrainingPage => new ThreadPage(dist, request.model.fsPath, trouble);
    if (plan.backend === 'node') return this.inPage(request, thread(), asked);
    const first = this.inPage(request, page && !inThread ? page : thread(), asked);
    if (found.kind === 'experiment' || request.isBackendFixed || plan.debug) return first;
    return new FallbackSource({
      first,
      isMeant: needsNode,
      other: (error) => {
        log.info(`${path.basename(request.model.fsPath)} trains in Node: ${error.message}`);
        return this.node(request, /imports '([^']+)'/.exec(error.message)?.[1]);
      },
    });
  }

  /** A process of Node. `needed`: the import that is why, unless Node was asked for. */
  private node(request: SourceRequest, needed: string | undefined): NodeSource {
    const { id, model, plan, isTrial } = request;
    const { esbuild, terminals, log, dist } = this.parts;
    const { seed, maxSteps, paused, sampling, epsilon, probe } = plan;
    const name = path.basename(model.fsPath);
    return new NodeSource({
      script: name,
      start: {
        ...{ seed, paused, sampling, epsilon, probe, breakOn: [] },
        ...(maxSteps !== undefined && { maxSteps }),
        standIn: readSetting('node.standIn', model),
      },
      ...(plan.backend !== 'node' && { reason: reasonOf(needed) }),
      launcher: terminals.launcher(id, model, name),
      prepare: async () => {
        const notice = isTrial ? undefined : await saveFirst(model);
        const program = await prepareProgram(esbuild, {
          ...nodeSettings(model),
          model: model.fsPath,
          texts: isTrial ? request.texts : new Map(),
          preload: path.join(dist, 'nodeTap.cjs'),
        });
        const { executable, args, cwd } = program.command;
        log.info(`Node: ${[executable, ...args].join(' ')} (in ${cwd})`);
        return { ...program, notices: notice ? [notice] : [] };
      },
      onTrouble: (message) => log.warn(message),
    });
  }

  private inPage(
    { id, model, found, plan, texts, isTrial }: SourceRequest,
    page: TrainingPage,
    backend: RequestedBackend,
  ): WebviewSource {
    const { esbuild, choices, console, log, checkpoints } = this.parts;
    const { kind } = found;
    const { resume, checkpoints: interval, ...options } = plan;
    // What tries a fix out is not kept, and so is no state of it.
    const isKept = interval && (!isTrial || plan.experiment);
    const runtime = page instanceof ThreadPage ? { runtime: 'node' as const } : {};
    const { seed, hyperparameters, training, epochs, epsilon } = options;
    return new WebviewSource({
      page,
      files: filesOf(model),
      start: {
        ...{ runId: id, kind, ...options, backend },
        ...(!resume && choices.of(model)),
        ...(isKept && { checkpoints: interval }),
      },
      ...runtime,
      ...(resume && { resumed: resume.resumed }),
      onCheckpoint: (bytes, { hash }) =>
        checkpoints.take(id, bytes, {
          ...{ seed, hyperparameters, epsilon, bundle: hash, ...runtime },
          ...(training && { training }),
          ...(epochs !== undefined && { epochs }),
        }),
      bundle: async () => {
        const bundle = await bundleModel(esbuild, { model: model.fsPath, unsaved: texts });
        const size = Math.round(bundle.code.length / 1024);
        log.info(
          `Bundled ${model.fsPath} in ${bundle.ms.toFixed(0)} ms (${size} kB, ${bundle.hash})`,
        );
        return bundle;
      },
      onConsole: (level, text) => console.write(id, level, text),
      onTrouble: (message) => log.warn(message),
    });
  }
}

function filesOf(model: vscode.Uri): WorkspaceFiles {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(
    ({ uri }) => uri.scheme === 'file',
  );
  return new WorkspaceFiles(
    path.dirname(model.fsPath),
    vscode.workspace.getWorkspaceFolder(model)?.uri.fsPath,
    folders.map(({ uri }) => uri.fsPath),
  );
}
