// Makes the lens of a debug session, and runs of what trains in it.
import { statSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ModelRun } from '../api';
import { messageOf } from '../model/modelError';
import { FileLocator } from '../sources/node/fileLocator';
import type { NodeProgram } from '../sources/node/launcher';
import type { Trainer } from '../trainer';
import { programOf } from './launchConfig';
import type { LensOption } from './lensOption';
import { LensSession } from './lensSession';
import { debugStart } from './startOf';
import type { DebugSessions } from './sessions';

/** What making lenses needs. */
export interface LensesParts {
  trainer: Trainer;
  sessions: DebugSessions;
  log: vscode.LogOutputChannel;
  /** Absolute path of `nodeTap.cjs`. */
  preload: string;
  tell: (message: string) => void;
}

/** A file that was prepared to be debugged. */
export interface PreparedFile {
  program: NodeProgram;
  model: vscode.Uri;
}

/** What a debug session is started from. */
export interface LensRequest {
  folder: vscode.WorkspaceFolder | undefined;
  config: vscode.DebugConfiguration;
  option: LensOption;
  /** Set for a file that is debugged by our command. */
  prepared?: PreparedFile;
  /** Debugs the same once more. */
  again: () => Promise<void>;
}

/** How a run was debugged, to do it again. */
interface Origin {
  lens: LensSession;
  again: () => Promise<void>;
}

const isFile = (file: string): boolean =>
  statSync(file, { throwIfNoEntry: false })?.isFile() === true;

/** Makes lenses, and remembers which run came of which. */
export class Lenses {
  private readonly origins = new WeakMap<ModelRun, Origin>();

  constructor(private readonly parts: LensesParts) {}

  /** The origin of a run that was debugged. */
  originOf(run: ModelRun): Origin | undefined {
    return this.origins.get(run);
  }

  /** Makes a lens that waits for a process. Rejects where it cannot. */
  async open(request: LensRequest): Promise<{ lens: LensSession; invitation: string }> {
    const { folder, config, option, prepared, again } = request;
    const { log, sessions } = this.parts;
    const named = prepared?.model.fsPath ?? programOf(config, isFile);
    const scope = named === undefined ? folder?.uri : vscode.Uri.file(named);
    const { start, request: asked } = debugStart(scope, option);
    const script = named === undefined ? config.name : path.basename(named);
    const lens: LensSession = new LensSession({
      ...{ script, start },
      program: prepared?.program ?? this.programOf(config, named),
      onTraining: (source, ran) => {
        const model = vscode.Uri.file(named ?? ran);
        this.parts.trainer.adopt(model, asked, source).then(
          (run) => this.origins.set(run, { lens, again }),
          (error: unknown) => this.parts.tell(messageOf(error)),
        );
      },
      onNothing: (message) => {
        const text = message ?? `${script} ended without having loaded TensorFlow.js.`;
        log.info(`Debugged without a training: ${text}`);
        // Configurations of tests and servers may well say that they want us, and not train.
        if (prepared || message !== undefined) {
          void vscode.window.showInformationMessage(`Gradient Lens: ${text}`);
        }
      },
      stop: () => {
        const root = sessions.rootWith(lens);
        if (root) void vscode.debug.stopDebugging(root);
      },
      onTrouble: (message) => log.warn(message),
    });
    return { lens, invitation: await lens.open() };
  }

  /** A program that is started as it is. */
  private programOf(
    { cwd }: vscode.DebugConfiguration & { cwd?: unknown },
    file: string | undefined,
  ): Pick<NodeProgram, 'locator' | 'dispose'> {
    const folders = [
      ...(file === undefined ? [] : [path.dirname(file)]),
      ...(typeof cwd === 'string' ? [cwd] : []),
    ];
    const locator = new FileLocator({ foreign: [this.parts.preload], folders });
    return { locator, dispose: () => undefined };
  }
}
