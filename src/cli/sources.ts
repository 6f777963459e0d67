// Where a file trains: in a Node process of its own where it needs Node, in headless Chromium where
// WebGL is asked for, else in a thread of this process, on wasm or cpu.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleModel } from '../model/bundle';
import { recognise, type Recognition } from '../model/recognise';
import type { RunSource } from '../run/source';
import type { RequestedBackend, StartOptions } from '../shared/protocol/runtime';
import { FallbackSource } from '../sources/fallbackSource';
import { needsNode } from '../sources/needsNode';
import { ChildLauncher } from '../sources/node/childProcess';
import { NodeSource } from '../sources/node/nodeSource';
import { prepareProgram } from '../sources/node/prepareProgram';
import { BrowserPage } from '../sources/runtimeHost/browserPage';
import { findChromium, ChromiumMissingError } from '../sources/runtimeHost/chromium';
import { ThreadPage } from '../sources/runtimeHost/threadPage';
import type { TrainingPage } from '../sources/webview/trainingPage';
import { WebviewSource } from '../sources/webview/webviewSource';
import { WorkspaceFiles } from '../sources/webview/workspaceFiles';
import { CliError } from './cliError';
import { usesStandardOutput, type TrainCommand } from './options';
import { distOf, loadPlaywright, PackagedEsbuild, type Surroundings } from './surroundings';

/** A source, and what is to be known of it. */
export interface CliSource {
  source: RunSource;
  /** True while the program itself writes to the terminal. */
  sharesTerminal: () => boolean;
  /** Frees what the source has not freed itself. */
  dispose: () => Promise<void>;
}

export interface SourceRequest {
  command: TrainCommand;
  /** Absolute path of the file. */
  model: string;
  surroundings: Surroundings;
  onConsole: (text: string) => void;
  onTrouble: (message: string) => void;
}

const RUN_ID = 'command-line';
const EVERY_STEP = { everySteps: 1, activationEverySteps: 1 };

const nothing = (): Promise<void> => Promise.resolve();

type Place = 'node' | 'thread' | 'browser';

/** Makes the sources of one command; an esbuild is shared by them. */
export class CliSources {
  private readonly esbuild: PackagedEsbuild;

  constructor(private readonly request: SourceRequest) {
    this.esbuild = new PackagedEsbuild(request.surroundings.root);
  }

  /** The source that the file and the command ask for. Throws {@link CliError}. */
  async choose(): Promise<CliSource> {
    const { model } = this.request;
    // A file that cannot be read fails when it is bundled, as a run that failed.
    const text = await readFile(model, 'utf8').catch(() => '');
    const recognised = recognise(model, text);
    this.check(recognised);
    switch (this.placeOf(recognised)) {
      case 'node':
        return { source: this.nodeSource(), sharesTerminal: () => true, dispose: nothing };
      case 'browser':
        return this.browser(recognised);
      case 'thread':
        return this.thread(recognised);
    }
  }

  async dispose(): Promise<void> {
    await this.esbuild.dispose();
  }

  /** A Node process, with the tfjs of the program itself. */
  private nodeSource(): NodeSource {
    const { command, model, surroundings, onTrouble } = this.request;
    const { seed, steps, programArgs } = command;
    return new NodeSource({
      script: path.basename(model),
      start: {
        seed,
        ...(steps !== undefined && { maxSteps: steps }),
        paused: false,
        sampling: EVERY_STEP,
        epsilon: 'keras',
        probe: 'auto',
        standIn: 'use',
        breakOn: [],
      },
      launcher: new ChildLauncher(
        usesStandardOutput(command) ? ['inherit', process.stderr, 'inherit'] : 'inherit',
      ),
      prepare: () =>
        prepareProgram(this.esbuild, {
          model,
          texts: new Map(),
          preload: path.join(distOf(surroundings), 'nodeTap.cjs'),
          runtime: process.execPath,
          args: programArgs,
          nodeArgs: [],
          env: {},
          cwd: surroundings.cwd,
          npmScript: '',
        }),
      onTrouble,
    });
  }

  private check({ kind }: Recognition): void {
    const { command } = this.request;
    if (kind === 'experiment' && command.programArgs.length > 0) {
      throw new CliError(
        'An experiment module takes no arguments: set its hyperparameters by --set name=value.',
        true,
      );
    }
    if (kind === 'program' && Object.keys(command.hyperparameters).length > 0) {
      throw new CliError(
        'Only an experiment module (*.model.ts, *.model.js) has hyperparameters for --set. ' +
          'Arguments of a program stand behind --.',
        true,
      );
    }
  }

  private placeOf({ kind, needsNode }: Recognition): Place {
    const { backend, programArgs } = this.request.command;
    if (backend === 'webgl') return 'browser';
    // An experiment module is trained by our own loop, in Node as in the editor.
    if (kind === 'experiment' || backend === 'wasm' || backend === 'cpu') return 'thread';
    return backend === 'node' || needsNode || programArgs.length > 0 ? 'node' : 'thread';
  }

  /** A thread of this process; a program that turns out to need Node moves there before its first step. */
  private thread({ kind }: Recognition): CliSource {
    const { surroundings, onTrouble, command, model } = this.request;
    const page = new ThreadPage(distOf(surroundings), model, onTrouble);
    const first = this.inPage(page, kind);
    const isFixed = kind === 'experiment' || command.backend !== undefined;
    if (isFixed) return { source: first, sharesTerminal: () => false, dispose: nothing };
    let isInNode = false;
    const source = new FallbackSource({
      first,
      isMeant: needsNode,
      other: () => {
        isInNode = true;
        return this.nodeSource();
      },
    });
    return { source, sharesTerminal: () => isInNode, dispose: nothing };
  }

  private browser({ kind }: Recognition): CliSource {
    const { surroundings, onTrouble } = this.request;
    const page = new BrowserPage({
      playwright: loadPlaywright(surroundings),
      executable: chromiumOf(surroundings.env),
      dist: distOf(surroundings),
      onTrouble,
    });
    const source = this.inPage(page, kind);
    return { source, sharesTerminal: () => false, dispose: () => page.close() };
  }

  private inPage(page: TrainingPage, kind: StartOptions['kind']): WebviewSource {
    const { command, model, surroundings, onConsole, onTrouble } = this.request;
    const { seed, steps, hyperparameters, backend } = command;
    const folder = path.dirname(model);
    const isBelow = !path.relative(surroundings.cwd, folder).startsWith('..');
    return new WebviewSource({
      page,
      files: new WorkspaceFiles(folder, isBelow ? surroundings.cwd : undefined, [surroundings.cwd]),
      start: {
        runId: RUN_ID,
        kind,
        seed,
        backend: backendOf(backend),
        ...(steps !== undefined && { maxSteps: steps }),
        paused: false,
        sampling: EVERY_STEP,
        epsilon: 'keras',
        fusedUpdates: 'auto',
        probe: 'auto',
        hyperparameters,
      },
      bundle: () => bundleModel(this.esbuild, { model, unsaved: new Map() }),
      onConsole: (_level, text) => onConsole(text),
      onTrouble,
    });
  }
}

function backendOf(asked: TrainCommand['backend']): RequestedBackend {
  return asked === undefined || asked === 'node' ? 'auto' : asked;
}

function chromiumOf(env: NodeJS.ProcessEnv): string {
  try {
    return findChromium(env);
  } catch (error) {
    if (error instanceof ChromiumMissingError) throw new CliError(error.message);
    throw error;
  }
}
