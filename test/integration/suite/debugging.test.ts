// Programs in VS Code's own JavaScript debugger, under the lens: real sessions of the real js-debug.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Run } from '../../../src/api';
import type { ShownInspection } from '../../../src/shared/protocol/inspection';
import { activate, closeAll, fixture, lastStep, runStartedBy, until } from '../support';

interface Frame {
  id: number;
  name: string;
  line: number;
  source?: { name?: string; sourceReference?: number };
}

/** The frame that the debugger stands in. */
function focusedFrame(): vscode.DebugStackFrame | undefined {
  const item = vscode.debug.activeStackItem;
  return item && 'frameId' in item ? item : undefined;
}

async function framesOf({ session, threadId }: vscode.DebugStackFrame): Promise<Frame[]> {
  const answer = (await session.customRequest('stackTrace', { threadId, levels: 30 })) as {
    stackFrames: Frame[];
  };
  return answer.stackFrames;
}

/** The frame that the user sees, by its place: `steps.js:12 trainStep`. */
async function placeShown(): Promise<string> {
  const shown = focusedFrame();
  if (!shown) return '';
  const frame = (await framesOf(shown)).find(({ id }) => id === shown.frameId);
  if (!frame) return '';
  const file = path.basename(frame.source?.name ?? '');
  return `${file}:${frame.line} ${frame.name.replace('global.', '')}`;
}

/** Waits until the user sees a frame of `file`. */
async function stoppedIn(file: string): Promise<string> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const place = await placeShown();
    if (place.startsWith(`${file}:`)) return place;
    if (Date.now() > deadline) throw new Error(`Not stopped in ${file}, but at '${place}'`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What the debugger shows of the script that has halted the program, on top of the user's frames. */
async function haltScript(): Promise<string> {
  const shown = focusedFrame();
  assert.ok(shown);
  const [top] = await framesOf(shown);
  const { source } = top!;
  const sourceReference = source?.sourceReference ?? 0;
  const answer = (await shown.session.customRequest('source', { source, sourceReference })) as {
    content: string;
  };
  return answer.content;
}

/** Breaks at a line (from 1) of a fixture; what it returns takes the breakpoint back. */
function breakAt(name: string, line: number): () => void {
  const location = new vscode.Location(fixture(name), new vscode.Position(line - 1, 0));
  const breakpoint = new vscode.SourceBreakpoint(location);
  vscode.debug.addBreakpoints([breakpoint]);
  return () => vscode.debug.removeBreakpoints([breakpoint]);
}

async function launch(config: Record<string, unknown>): Promise<void> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  const base = { type: 'node', request: 'launch', name: 'debugged', gradientLens: true };
  assert.ok(await vscode.debug.startDebugging(folder, { ...base, ...config }));
}

/** The run that comes of what `start` does. */
const runOf = (start: () => Promise<unknown>) => runStartedBy(api(), start);

let known: Awaited<ReturnType<typeof activate>> | undefined;
const api = () => known!;

const resume = () => vscode.commands.executeCommand('workbench.action.debug.continue');
/** Debug sessions that have started and not ended. VS Code may name one as active after its end. */
const live = new Set<string>();

async function noSession(): Promise<void> {
  await until('the end of all sessions', () => live.size === 0);
}

const counted = (length: number) => Array.from({ length }, (_, i) => i + 1);

/** Lets the program run to its end: a breakpoint that was taken back may still count once. */
async function goOn(run: Run): Promise<void> {
  while (['running', 'paused', 'starting'].includes(run.state)) {
    await resume();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await run.finished;
}

/** What *Show in Gradient Lens* shows of an entry of the Variables view. */
async function show(evaluateName: string): Promise<ShownInspection> {
  const sessionId = focusedFrame()?.session.id;
  const entry = { sessionId, container: {}, variable: { name: evaluateName, evaluateName } };
  const shown = await vscode.commands.executeCommand<ShownInspection | undefined>(
    'gradientLens.inspect',
    entry,
  );
  assert.ok(shown);
  return shown;
}

describe('while debugging', () => {
  let forget: () => void = () => undefined;
  /** How often a debugger has stopped a program. */
  let stops = 0;
  const tracking: vscode.Disposable[] = [];
  before(async () => {
    known = await activate();
    tracking.push(
      vscode.debug.onDidStartDebugSession(({ id }) => live.add(id)),
      vscode.debug.onDidTerminateDebugSession(({ id }) => live.delete(id)),
      vscode.debug.registerDebugAdapterTrackerFactory('pwa-node', {
        createDebugAdapterTracker: () => ({
          onDidSendMessage: ({ event }: { event?: unknown }) => {
            if (event === 'stopped') stops += 1;
          },
        }),
      }),
    );
  });
  afterEach(async () => {
    forget();
    forget = () => undefined;
    await vscode.debug.stopDebugging();
    await noSession();
  });
  after(() => {
    for (const one of tracking) one.dispose();
    return closeAll();
  });

  it('shows the last step while the program stands at a breakpoint, and obeys panel and debugger', async () => {
    forget = breakAt('debug/steps.js', 18);
    const program = fixture('debug/steps.js').fsPath;
    const env = { GREETING: 'hello', NODE_OPTIONS: '--max-old-space-size=1234' };
    const run = await runOf(() => launch({ program, env, gradientLens: { breakOn: [] } }));
    assert.equal(run.model.fsPath, program);
    assert.equal(await stoppedIn('steps.js'), 'steps.js:18 <anonymous>');
    for (const step of [1, 2]) {
      const before = stops;
      await resume();
      await until('the breakpoint again', () => stops > before);
      await stoppedIn('steps.js');
      await until(`step ${step}`, () => lastStep(run) === step);
    }
    assert.deepEqual(
      run.layers.map(({ name, line }) => `${name} ${line ?? 0}`),
      ['hidden 4', 'output 5'],
    );
    assert.equal(run.steps[1]!.layers['hidden']!.gradient.count, 16);
    assert.ok(
      vscode.window.tabGroups.all.some(({ tabs }) =>
        tabs.some(({ label }) => label === 'steps.js — gradients'),
      ),
    );
    forget();
    await goOn(run);
    assert.equal(run.state, 'completed', run.error?.message);
    assert.deepEqual(
      run.steps.map(({ step }) => step),
      counted(10),
    );
    assert.ok(Number.isNaN(run.steps[5]!.loss));
  });

  it('halts at the step of the first NaN, in the function that took it; values can be looked at', async () => {
    const program = fixture('debug/steps.js').fsPath;
    const run = await runOf(() => launch({ program }));
    assert.equal(await stoppedIn('steps.js'), 'steps.js:12 trainStep');
    assert.equal(lastStep(run), 6);
    assert.ok(Number.isNaN(run.steps.at(-1)!.loss));

    const model = (await show('model')).inspection;
    assert.ok(model.kind === 'model');
    assert.equal(model.model.step, 6);
    assert.deepEqual(
      model.model.layers.map(({ name, parameters, nonFinite }) => [name, parameters, nonFinite]),
      [
        ['hidden', 16, 16],
        ['output', 5, 5],
      ],
    );
    const layer = (await show('model.layers[0]')).inspection;
    assert.ok(layer.kind === 'layer');
    const [kernel] = layer.layer.weights;
    assert.deepEqual([kernel?.name, kernel?.shape, kernel?.summary?.nans], ['kernel', [3, 4], 12]);
    assert.equal(kernel?.gradient?.step, 6);
    assert.equal(kernel.gradient.summary.nans, 12);
    const tensor = (await show('inputs')).inspection;
    assert.ok(tensor.kind === 'tensor');
    assert.deepEqual([tensor.tensor.shape, tensor.tensor.summary?.mean], [[8, 3], 1]);
    const factor = (await show('factor')).inspection;
    assert.ok(factor.kind === 'other');
    assert.match(factor.message, /This is a number: no tensor/);
    const wrong = (await show('nowhere')).inspection;
    assert.ok(wrong.kind === 'other');
    assert.match(wrong.message, /nowhere/);

    await resume();
    await run.finished;
    assert.equal(lastStep(run), 10);
  });

  it('halts at the third step whose gradient vanishes, once, and says which layer gets none', async () => {
    const program = fixture('debug/vanishing.js').fsPath;
    const gradientLens = { breakOn: ['vanishing-gradient'] };
    const run = await runOf(() => launch({ program, gradientLens }));
    assert.equal(await stoppedIn('vanishing.js'), 'vanishing.js:17 trainStep');
    assert.equal(lastStep(run), 3);
    assert.match(
      await haltScript(),
      /halted the program: next to no gradient reaches hidden1 at step 3\./,
    );
    const halted = stops;
    await resume();
    await run.finished;
    assert.deepEqual([run.state, lastStep(run), stops], ['completed', 60, halted]);
    const finding = run.findings.find(({ rule }) => rule === 'vanishing-gradient');
    assert.equal(finding?.layer, 'hidden1');
  });

  it('halts at the step whose gradient explodes, in the function that took it', async () => {
    const program = fixture('debug/exploding.js').fsPath;
    const gradientLens = { breakOn: ['exploding-gradient', 'vanishing-gradient'] };
    const run = await runOf(() => launch({ program, gradientLens }));
    assert.equal(await stoppedIn('exploding.js'), 'exploding.js:11 trainStep');
    assert.equal(lastStep(run), 8);
    assert.match(await haltScript(), /halted the program: the gradient explodes at step 8\./);
    const norms = run.steps.map(({ layers }) => layers['hidden']!.gradient.norm);
    assert.ok(norms[7]! > 100 * norms[6]!, norms.join());
    const batch = (await show('batch')).inspection;
    assert.ok(batch.kind === 'tensor');
    assert.ok(batch.tensor.summary!.max > 100);
    await resume();
    await run.finished;
    assert.deepEqual([run.state, lastStep(run)], ['completed', 12]);
  });

  it('shows metrics of fit in its callbacks; a stopped session stops the run', async () => {
    forget = breakAt('debug/fit.js', 14);
    const run = await runOf(() => launch({ program: fixture('debug/fit.js').fsPath }));
    await stoppedIn('fit.js');
    await until('a step', () => lastStep(run) === 1);
    await until('its metric', () => run.steps[0]!.metrics['mae'] !== undefined);
    await vscode.debug.stopDebugging();
    await run.finished;
    assert.equal(run.state, 'stopped', run.error?.message);
  });

  it('is paused, stepped and stopped by its panel', async () => {
    const run = await runOf(() => launch({ program: fixture('debug/slow.mjs').fsPath }));
    await until('steps', () => lastStep(run) >= 3);
    await run.pause();
    const held = lastStep(run);
    await run.step(2);
    assert.equal(lastStep(run), held + 2);
    await run.resume();
    await until('more steps', () => lastStep(run) > held + 3);
    await run.stop();
    assert.equal(run.state, 'stopped', run.error?.message);
    await noSession();
  });

  it('follows a restart of the session with a run of its own', async () => {
    const run = await runOf(() => launch({ program: fixture('debug/slow.mjs').fsPath }));
    await until('steps', () => lastStep(run) >= 2);
    const next = await runOf(async () =>
      vscode.commands.executeCommand('workbench.action.debug.restart'),
    );
    await until('steps', () => lastStep(next) >= 2);
    assert.equal(run.state, 'stopped', run.error?.message);
    assert.deepEqual(
      next.layers.map(({ name, line }) => `${name} ${line ?? 0}`),
      ['hidden 6', 'output 7'],
    );
  });

  it('debugs a file by its command, TypeScript on its own lines', async () => {
    forget = breakAt('debug/typed.ts', 9);
    const run = await runOf(async () =>
      vscode.commands.executeCommand('gradientLens.debug', fixture('debug/typed.ts')),
    );
    assert.equal(await stoppedIn('typed.ts'), 'typed.ts:9 step');
    forget();
    await goOn(run);
    assert.equal(run.state, 'completed', run.error?.message);
    assert.deepEqual(
      run.layers.map(({ name, line }) => `${name} ${line ?? 0}`),
      ['w 6'],
    );
  });

  describe('a program that runs already', () => {
    let child: ChildProcess | undefined;
    afterEach(() => child?.kill('SIGKILL'));

    /** Starts a fixture with an open inspector; resolves with its port once it trains. */
    async function running(name: string): Promise<number> {
      const started = spawn('node', ['--inspect=127.0.0.1:0', fixture(name).fsPath]);
      child = started;
      let output = '';
      for (const stream of [started.stdout, started.stderr]) {
        stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
      }
      await until('the program', () => output.includes('trains'));
      return Number(/ws:\/\/127\.0\.0\.1:(\d+)\//.exec(output)?.[1]);
    }

    it('is watched from where it is, by the names of its layers, and left alone at the end', async () => {
      const port = await running('debug/slow.mjs');
      const run = await runOf(() => launch({ request: 'attach', port }));
      await until('steps', () => lastStep(run) >= 3);
      assert.deepEqual(
        run.layers.map(({ name, className }) => `${className} ${name}`),
        ['Dense hidden', 'Dense output'],
      );
      await vscode.debug.stopDebugging();
      await run.finished;
      assert.equal(run.state, 'stopped', run.error?.message);
      assert.equal(child?.exitCode, null);
    });

    it('is watched by a command, once a session has attached without us', async () => {
      const port = await running('debug/slow.mjs');
      await launch({ request: 'attach', port, gradientLens: false });
      await until('its session', () => vscode.debug.activeDebugSession !== undefined);
      const run = await runOf(async () => vscode.commands.executeCommand('gradientLens.attach'));
      await until('steps', () => lastStep(run) >= 2);
    });
  });

  it('runs a command in a debug terminal, as npm scripts are', async () => {
    const command = 'node debug/steps.js';
    const option = { breakOn: [] };
    const run = await runOf(() =>
      launch({ type: 'node-terminal', command, program: undefined, gradientLens: option }),
    );
    await run.finished;
    assert.equal(run.state, 'completed', run.error?.message);
    assert.equal(lastStep(run), 10);
    assert.equal(run.model.fsPath, fixture('debug/steps.js').fsPath);
  });

  it('shows values of a program that runs without the lens', async () => {
    forget = breakAt('debug/steps.js', 18);
    const before = api().runs.length;
    await launch({ program: fixture('debug/steps.js').fsPath, gradientLens: false });
    await stoppedIn('steps.js');
    const { inspection, place } = await show('model.layers[1]');
    assert.ok(inspection.kind === 'layer');
    assert.deepEqual([inspection.layer.name, place], ['output', 'steps.js:18']);
    assert.equal(inspection.layer.weights[0]?.summary?.count, 4);
    assert.equal(api().runs.length, before);
  });

  it('is known to launch.json', async () => {
    const uri = fixture('.vscode/launch.json');
    const text = JSON.stringify(
      {
        version: '0.2.0',
        configurations: [
          { type: 'node', request: 'launch', name: 'a', program: 'a.js', gradientLens: true },
          { type: 'node', request: 'launch', name: 'b', program: 'b.js', gradientLens: 'yes' },
        ],
      },
      undefined,
      2,
    );
    await vscode.workspace.fs.writeFile(uri, Buffer.from(text));
    await vscode.window.showTextDocument(uri);
    const problems = () => vscode.languages.getDiagnostics(uri);
    await until('the problem', () => problems().length > 0);
    assert.deepEqual(
      problems().map(({ range }) => range.start.line),
      text.split('\n').flatMap((line, i) => (line.includes('"yes"') ? [i] : [])),
      problems()
        .map(({ message }) => message)
        .join('\n'),
    );
    await vscode.workspace.fs.delete(uri);
  });
});
