// A debug session over the real runtime in a thread of Node, driven by the protocol's own test client.
import assert from 'node:assert/strict';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { StartRun } from '../../../src/debug/debuggedRun';
import { TrainingSession } from '../../../src/debug/trainingSession';
import { bundleModel } from '../../../src/model/bundle';
import { EsbuildService } from '../../../src/model/esbuildLoader';
import { TrainingRun } from '../../../src/run/trainingRun';
import { isFinal } from '../../../src/shared/core/run';
import { ThreadPage } from '../../../src/sources/runtimeHost/threadPage';
import { WebviewSource } from '../../../src/sources/webview/webviewSource';
import { WorkspaceFiles } from '../../../src/sources/webview/workspaceFiles';
import { ROOT } from '../spawned';

export const FIXTURES = path.join(ROOT, 'test/fixtures/debugger');
export const SEED = 3;

/** Starts runs as the editor does, in threads. */
function threadStarter(esbuild: EsbuildService, runs: TrainingRun[]): StartRun {
  return (request, console) => {
    const { program, seed = SEED, steps, hyperparameters = {}, noDebug = false, holdAt } = request;
    const folder = path.dirname(program);
    const replay = holdAt === undefined ? {} : { replayTo: holdAt };
    const source = new WebviewSource({
      page: new ThreadPage(path.join(ROOT, 'dist'), program, (message) =>
        console.print('error', message),
      ),
      files: new WorkspaceFiles(folder, folder, [folder]),
      start: {
        runId: `debug-${runs.length}`,
        kind: program.includes('.model.') ? 'experiment' : 'program',
        seed,
        backend: 'cpu',
        paused: !noDebug,
        sampling: { everySteps: 1, activationEverySteps: 1 },
        epsilon: 'keras',
        fusedUpdates: 'auto',
        probe: 'auto',
        hyperparameters,
        ...(steps !== undefined && { maxSteps: steps }),
        ...(!noDebug && { debug: { changes: [], ...replay } }),
      },
      bundle: () => bundleModel(esbuild, { model: program, unsaved: new Map() }),
      onConsole: (level, text) => console.print(level, text),
      onTrouble: (message) => console.print('error', message),
    });
    const run = new TrainingRun({
      ...{ id: `debug-${runs.length}`, model: program, title: path.basename(program) },
      ...{ path: program, source },
      request: { seed, backend: 'cpu', paused: !noDebug, ...(steps && { maxSteps: steps }) },
    });
    runs.push(run);
    run.start();
    return Promise.resolve(run);
  };
}

/** A client and what it has been told. */
export class Client extends DebugClient {
  readonly events: DebugProtocol.Event[] = [];
  private readonly session: TrainingSession;

  constructor(startRun: StartRun) {
    super('node', '', 'gradient-lens');
    this.session = new TrainingSession(startRun);
  }

  /** Connects to a fresh session: the protocol's bytes go through streams of this process. */
  open(): void {
    const [toSession, toClient] = [new PassThrough(), new PassThrough()];
    this.session.setRunAsServer(true);
    this.session.start(toSession, toClient);
    this.connect(toClient, toSession);
    for (const name of ['output', 'breakpoint', 'gradientLens/position', 'invalidated', 'exited']) {
      this.on(name, (event: DebugProtocol.Event) => this.events.push(event));
    }
  }

  async close(): Promise<void> {
    await this.stop();
    this.session.dispose();
  }

  /** Launches with these breakpoints; resolves at the first stop. */
  async launchTo(
    args: Record<string, unknown>,
    breakpoints: DebugProtocol.SourceBreakpoint[] = [],
    filters: DebugProtocol.ExceptionFilterOptions[] = [{ filterId: 'non-finite' }],
  ): Promise<DebugProtocol.StoppedEvent['body']> {
    await this.initializeRequest({ adapterID: 'gradient-lens', pathFormat: 'path' });
    const source = { path: String(args['program']) };
    await this.setBreakpointsRequest({ source, breakpoints });
    await this.setExceptionBreakpointsRequest({ filters: [], filterOptions: filters });
    return this.stopAfter(async () => {
      await Promise.all([this.launchRequest(args), this.configurationDoneRequest()]);
    });
  }

  /** Does something and waits for the stop that follows. */
  async stopAfter(action: () => Promise<unknown>): Promise<DebugProtocol.StoppedEvent['body']> {
    const stopped = this.waitForEvent('stopped');
    await action();
    return ((await stopped) as DebugProtocol.StoppedEvent).body;
  }

  /** The call stack, a line per frame: `backward of output @ plane.model.ts:9`. */
  async stack(): Promise<string[]> {
    const { body } = await this.stackTraceRequest({ threadId: 1 });
    return body.stackFrames.map(
      ({ name, source, line }) => `${name} @ ${source?.name ?? ''}:${line}`,
    );
  }

  /** The value of an expression, as text. */
  async value(expression: string, context = 'watch'): Promise<string> {
    return (await this.evaluateRequest({ expression, context })).body.result;
  }

  /** Variables below a scope: `variables('Layers', 'hidden', 'kernel')`. */
  async variables(scope: string, ...path: string[]): Promise<DebugProtocol.Variable[]> {
    const { scopes } = (await this.scopesRequest({ frameId: 1 })).body;
    let reference = scopes.find(({ name }) => name === scope)?.variablesReference ?? 0;
    for (const step of path) {
      const { variables } = (await this.variablesRequest({ variablesReference: reference })).body;
      const found = variables.find(({ name }) => name === step);
      if (!found) throw new Error(`no ${step} among ${variables.map(({ name }) => name).join()}`);
      reference = found.variablesReference;
    }
    return (await this.variablesRequest({ variablesReference: reference })).body.variables;
  }

  /** Bytes of a recorded tensor. */
  async bytes(memoryReference: string | undefined, offset: number, count: number): Promise<Buffer> {
    const memory = { memoryReference, offset, count };
    const answer: { body?: unknown } = await this.customRequest('readMemory', memory);
    return Buffer.from((answer.body as { data?: string }).data ?? '', 'base64');
  }

  /** What was said in the Debug Console. */
  get said(): string {
    return this.events
      .flatMap((event) =>
        event.event === 'output' ? [(event as DebugProtocol.OutputEvent).body.output] : [],
      )
      .join('');
  }
}

/** True where every run has ended. */
export function allEnded(runs: readonly TrainingRun[]): boolean {
  return runs.every(({ state }) => isFinal(state));
}

/**
 * Hooks of a suite: `use` gets a fresh client before every test; after it, no run may be left behind.
 * @param startFor What the session's runs are started by, made of the starter of threads; that one where absent.
 * @returns The runs that the test has started.
 */
export function withClient(
  use: (client: Client) => void,
  startFor = (start: StartRun): StartRun => start,
): readonly TrainingRun[] {
  const esbuild = new EsbuildService(ROOT);
  const runs: TrainingRun[] = [];
  let client: Client;
  beforeEach(() => {
    client = new Client(startFor(threadStarter(esbuild, runs)));
    client.open();
    use(client);
  });
  afterEach(async () => {
    await client.close();
    assert.ok(allEnded(runs), 'a run was left behind');
    runs.splice(0).forEach((run) => run.dispose());
  });
  after(() => esbuild.dispose());
  return runs;
}
