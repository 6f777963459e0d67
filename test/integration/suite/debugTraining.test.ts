// The training debugger in the real VS Code: sessions of our own adapter over runs in the real panel.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Run } from '../../../src/api';
import { activate, closeAll, fixture, lastStep, runStartedBy, until } from '../support';

const MODEL = 'debug/overflows.model.js';
/** Lines (from 1) that build the layers, and the step whose loss is NaN. */
const HIDDEN_LINE = 11;
const OUTPUT_LINE = 12;
const BROKEN_STEP = 7;

interface Frame {
  id: number;
  name: string;
  line: number;
}
interface Variable {
  name: string;
  value: string;
  variablesReference: number;
}

let known: Awaited<ReturnType<typeof activate>> | undefined;
const api = () => known!;

/** What the sessions have told, newest last. */
const stops: { reason: string; description?: string; text?: string }[] = [];
const live = new Set<string>();

const session = (): vscode.DebugSession => {
  const active = vscode.debug.activeDebugSession;
  assert.equal(active?.type, 'gradient-lens');
  return active;
};

async function request<T>(command: string, args: object = {}): Promise<T> {
  return (await session().customRequest(command, args)) as T;
}

/** Frames of the stopped training, innermost first. */
async function frames(): Promise<Frame[]> {
  const { threads } = await request<{ threads: { id: number }[] }>('threads');
  const threadId = threads[0]!.id;
  return (await request<{ stackFrames: Frame[] }>('stackTrace', { threadId })).stackFrames;
}

async function variables(variablesReference: number): Promise<Variable[]> {
  return (await request<{ variables: Variable[] }>('variables', { variablesReference })).variables;
}

/** What a path of names leads to in the scopes. */
async function look(scope: string, ...path: string[]): Promise<Variable> {
  const [frame] = await frames();
  const { scopes } = await request<{ scopes: Variable[] }>('scopes', { frameId: frame!.id });
  let at = scopes.find(({ name }) => name === scope);
  for (const name of path) {
    assert.ok(at, `${scope} ${path.join(' ')}`);
    at = (await variables(at.variablesReference)).find((one) => one.name === name);
  }
  assert.ok(at, `${scope} ${path.join(' ')}`);
  return at;
}

const evaluate = async (expression: string, context = 'watch') =>
  (await request<{ result: string }>('evaluate', { expression, context })).result;

/** Does something that makes the training go on; gives the stop after it. */
async function stopAfter(act: () => Thenable<unknown>) {
  const before = stops.length;
  await act();
  await until('a stop', () => stops.length > before);
  // The editor asks for the stack itself, and shows its top frame.
  await until('a shown frame', () => vscode.debug.activeStackItem !== undefined);
  return stops.at(-1)!;
}

const does = (verb: string) => () =>
  vscode.commands.executeCommand(`workbench.action.debug.${verb}`);

function breakAt(line: number, condition?: string): void {
  const location = new vscode.Location(fixture(MODEL), new vscode.Position(line - 1, 0));
  vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(location, true, condition)]);
}

/** Starts a session; gives its run. */
async function launch(more: object = {}): Promise<Run> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  const config = {
    ...{ type: 'gradient-lens', request: 'launch', name: 'Debug training' },
    ...{ program: fixture(MODEL).fsPath, seed: 1, backend: 'cpu' },
    ...more,
  };
  return runStartedBy(api(), async () => {
    assert.ok(await vscode.debug.startDebugging(folder, config));
  });
}

describe('training debugger', () => {
  const tracking: vscode.Disposable[] = [];
  before(async () => {
    known = await activate();
    await vscode.window.showTextDocument(fixture(MODEL));
    tracking.push(
      vscode.debug.onDidStartDebugSession(({ id }) => live.add(id)),
      vscode.debug.onDidTerminateDebugSession(({ id }) => live.delete(id)),
      vscode.debug.registerDebugAdapterTrackerFactory('gradient-lens', {
        createDebugAdapterTracker: () => ({
          onDidSendMessage: ({
            event,
            body,
          }: {
            event?: string;
            body?: (typeof stops)[number];
          }) => {
            if (event === 'stopped' && body) stops.push(body);
          },
        }),
      }),
    );
  });
  afterEach(async () => {
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    await vscode.debug.stopDebugging();
    await until('the end of all sessions', () => live.size === 0);
    for (const run of api().runs) assert.ok(['completed', 'stopped', 'failed'].includes(run.state));
  });
  after(() => {
    for (const one of tracking) one.dispose();
    return closeAll();
  });

  it('stops at the line of a layer, walks through the step, and takes a step back', async () => {
    breakAt(OUTPUT_LINE, 'step == 3');
    let run!: Run;
    const first = await stopAfter(async () => (run = await launch()));
    assert.equal(first.reason, 'breakpoint');
    const stack = await frames();
    assert.deepEqual(
      stack.map(({ name }) => name),
      ['forward of output', 'step 3', 'epoch 1', 'run of overflows.model.js'],
    );
    assert.equal(stack[0]!.line, OUTPUT_LINE);
    // The panel and the API know as much as the debugger.
    assert.equal(lastStep(run), 3);
    const norm = run.steps[2]!.layers['output']!.gradient.norm;

    const backward = await stopAfter(does('continue'));
    assert.equal(backward.reason, 'breakpoint');
    assert.equal((await frames())[0]!.name, 'backward of output');
    assert.equal(Number(await evaluate('output.gradient.norm')), Number(norm.toPrecision(7)));
    assert.match((await look('Layers', 'output', 'activation')).value, /\[8, 1\]/);
    await stopAfter(does('stepInto'));
    assert.equal((await frames())[0]!.name, 'backward of hidden');
    assert.equal((await frames())[0]!.line, HIDDEN_LINE);

    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    await stopAfter(does('stepOver'));
    assert.equal(lastStep(run), 4);
    const loss = await evaluate('loss');
    await stopAfter(does('stepOver'));
    await stopAfter(does('stepBack'));
    assert.equal(await evaluate('step'), '4');
    assert.equal(await evaluate('loss'), loss);
  });

  it('stops at the step whose loss is NaN, and says so', async () => {
    let run!: Run;
    const { reason, text } = await stopAfter(async () => (run = await launch()));
    assert.equal(reason, 'exception');
    assert.match(text ?? '', new RegExp(`^At step ${BROKEN_STEP} `));
    assert.equal(await evaluate('step'), String(BROKEN_STEP));
    assert.equal(await evaluate('loss'), 'Infinity');
    assert.match((await frames())[0]!.name, /^(loss|forward of|backward of)/);
    // It trained freely, so that some steps more are known: it went back to the one.
    assert.ok(lastStep(run) >= BROKEN_STEP);
  });

  it('changes the learning rate, and looks back without leaving its place', async () => {
    const entry = await stopAfter(() => launch({ stopOnEntry: true }));
    assert.equal(entry.reason, 'entry');
    for (let step = 1; step <= 4; step++) await stopAfter(does('stepOver'));
    const losses = [await evaluate('loss')];
    await request('gradientLens/look', { step: 2 });
    assert.equal(await evaluate('step'), '2');
    assert.match((await frames())[0]!.name, /step 2 \(looked back at\)|update/);
    await request('gradientLens/look', {});
    assert.equal(await evaluate('step'), '4');
    assert.equal(await evaluate('loss'), losses[0]);
    assert.match(await evaluate('lr = 0.5', 'repl'), /0\.5/);
    await stopAfter(does('stepOver'));
    assert.equal(await evaluate('lr'), '0.5');
  });

  it('shows a stopped step beside its layers, and nothing of it before and after', async () => {
    const document = await vscode.workspace.openTextDocument(fixture(MODEL));
    const values = async () => {
      const [frame] = live.size > 0 ? await frames() : [];
      const found = await vscode.commands.executeCommand<vscode.InlineValueText[]>(
        'vscode.executeInlineValueProvider',
        document.uri,
        new vscode.Range(0, 0, document.lineCount, 0),
        { frameId: frame?.id ?? 0, stoppedLocation: new vscode.Range(0, 0, 0, 0) },
      );
      return found.map(({ range, text }) => `${range.start.line + 1}: ${text}`);
    };
    assert.deepEqual(await values(), []);
    breakAt(HIDDEN_LINE, 'step == 2 && gradient.norm > 0');
    let run!: Run;
    await stopAfter(async () => (run = await launch()));
    const { gradient, weight } = run.steps[1]!.layers['output']!;
    const shown = await values();
    assert.equal(shown.length, 2, shown.join('\n'));
    assert.match(shown[0]!, /^11: ‖∇‖ \S+, ‖δ‖ \S+, activation \S+ ± \S+, ‖w‖ \S+, ‖Δw‖\/‖w‖ \S+$/);
    const number = (text: string, name: string) =>
      Number(new RegExp(`${name} ([^,]+)`).exec(text)![1]);
    assert.ok(Math.abs(number(shown[1]!, '‖∇‖') / gradient.norm - 1) < 0.05, shown[1]);
    assert.ok(Math.abs(number(shown[1]!, '‖w‖') / weight.norm - 1) < 0.05, shown[1]);
    await vscode.debug.stopDebugging();
    await until('the end of the session', () => live.size === 0);
    assert.deepEqual(await values(), []);
  });

  it('leaves a program that needs Node to VS Code’s debugger', async () => {
    const types: string[] = [];
    const started = vscode.debug.onDidStartDebugSession(({ type }) => types.push(type));
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    await vscode.debug.startDebugging(folder, {
      ...{ type: 'gradient-lens', request: 'launch', name: 'in Node' },
      program: fixture('debug/steps.js').fsPath,
      backend: 'node',
    });
    await until('a session of js-debug', () => types.length > 0);
    started.dispose();
    assert.ok(
      types.every((type) => /^(pwa-)?node$/.test(type)),
      types.join(),
    );
  });
});
