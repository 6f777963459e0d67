// Debugging a training, as the editor does it: golden transcripts of the Debug Adapter Protocol over the built
// runtime in a thread.
import assert from 'node:assert/strict';
import path from 'node:path';
import { ROOT } from '../spawned';
import { allEnded, type Client, FIXTURES, withClient } from './client';

const PLANE = path.join(FIXTURES, 'plane.model.ts');

describe('a debug session over a training', function () {
  this.timeout(60_000);
  let client: Client;
  const runs = withClient((fresh) => (client = fresh));

  it('stops at a layer, walks to its backward pass, and back', async () => {
    const stopped = await client.launchTo({ program: PLANE }, [{ line: 9 }]);
    assert.equal(stopped.reason, 'breakpoint');
    assert.equal(stopped.description, 'Paused on a breakpoint at step 1, forward of output');
    assert.deepEqual(await client.stack(), [
      'forward of output @ plane.model.ts:9',
      'step 1 @ plane.model.ts:1',
      'epoch 1 @ plane.model.ts:1',
      'run of plane.model.ts @ plane.model.ts:1',
    ]);
    assert.equal(await client.value('output.gradient.norm'), 'undefined');
    const walked: string[] = [];
    for (let i = 0; i < 4; i++) {
      await client.stopAfter(() => client.stepInRequest({ threadId: 1 }));
      walked.push((await client.stack())[0] ?? '');
    }
    assert.deepEqual(walked, [
      'loss @ plane.model.ts:17',
      'backward of output @ plane.model.ts:9',
      'backward of hidden @ plane.model.ts:7',
      'update @ plane.model.ts:16',
    ]);
    assert.ok(Number(await client.value('output.gradient.norm')) > 0);
    await client.stopAfter(() => client.stepBackRequest({ threadId: 1 }));
    assert.equal((await client.stack())[0], 'backward of hidden @ plane.model.ts:7');
  });

  it('shows shape, statistics and values of tensors, and their bytes', async () => {
    await client.launchTo({ program: PLANE }, [{ line: 9 }]);
    await client.stopAfter(() => client.nextRequest({ threadId: 1 }));
    const scopes = (await client.scopesRequest({ frameId: 1 })).body.scopes;
    assert.deepEqual(
      scopes.map(({ name }) => name),
      ['Step', 'Layers', 'Optimizer', 'Data', 'Findings'],
    );
    const layers = await client.variables('Layers');
    assert.deepEqual(
      layers.map(({ name }) => name),
      ['hidden', 'output'],
    );
    const kernel = await client.variables('Layers', 'hidden', 'kernel');
    const [weight] = kernel;
    assert.match(weight?.value ?? '', /^\[2, 6\] {2}norm /);
    assert.equal(weight?.indexedVariables, 12);
    const reference = weight.variablesReference;
    const page = { variablesReference: reference, filter: 'indexed' as const, start: 4, count: 3 };
    const values = (await client.variablesRequest(page)).body.variables;
    assert.deepEqual(
      values.map(({ name }) => name),
      ['[0][4]', '[0][5]', '[1][0]'],
    );
    const bytes = await client.bytes(weight.memoryReference, 16, 12);
    const floats = new Float32Array(new Uint8Array(bytes).buffer);
    assert.deepEqual(
      values.map(({ value }) => Math.fround(Number(value))),
      [...floats],
    );
  });

  it('goes back and forth to the same numbers, bit for bit', async () => {
    await client.launchTo({ program: PLANE, stopOnEntry: true });
    const bits = async (): Promise<string> => {
      const [weight] = await client.variables('Layers', 'output', 'kernel');
      const bytes = (await client.bytes(weight?.memoryReference, 0, 48)).toString('base64');
      return `${await client.value('step')} ${await client.value('loss')} ${bytes}`;
    };
    const steps: string[] = [];
    for (let i = 0; i < 13; i++) {
      await client.stopAfter(() => client.nextRequest({ threadId: 1 }));
      steps.push(await bits());
    }
    for (let step = 12; step >= 8; step--) {
      await client.stopAfter(() => client.stepBackRequest({ threadId: 1 }));
      assert.equal(await bits(), steps[step - 1]);
    }
    for (let step = 9; step <= 13; step++) {
      await client.stopAfter(() => client.nextRequest({ threadId: 1 }));
      assert.equal(await bits(), steps[step - 1]);
    }
  });

  it('changes the learning rate of a stopped training', async () => {
    await client.launchTo({ program: PLANE, stopOnEntry: true });
    await client.stopAfter(() => client.evaluateRequest({ expression: 'step 5', context: 'repl' }));
    assert.equal(await client.value('lr'), '0.02');
    assert.equal(await client.value('lr = lr / 2', 'repl'), '0.01');
    // The one to come; the step's own is what it was.
    assert.equal(await client.value('lr'), '0.01');
    assert.equal(await client.value('learningRate'), '0.02');
    assert.equal(await client.value('lr = lr / 2', 'repl'), '0.005');
    const scope = (await client.scopesRequest({ frameId: 1 })).body.scopes[2];
    const set = {
      variablesReference: scope?.variablesReference ?? 0,
      name: 'clipNorm',
      value: '0.5',
    };
    assert.equal((await client.setVariableRequest(set)).body.value, '0.5');
    await client.stopAfter(() => client.nextRequest({ threadId: 1 }));
    assert.equal(await client.value('step == 6 && lr == 0.005'), 'true');
    const made = runs[0]?.debug?.changes.map(({ step, change }) => `${step} ${change.type}`);
    assert.deepEqual(made, ['5 learningRate', '5 learningRate', '5 clipNorm']);
    assert.match(client.said, /Learning rate 0\.01 → 0\.005, from step 6 on\./);
  });

  it('runs freely and stops at the very step where the numbers break', async () => {
    const program = path.join(FIXTURES, 'overflows.model.ts');
    const stopped = await client.launchTo({ program });
    assert.equal(stopped.reason, 'exception');
    const step = Number(await client.value('step'));
    // What the run itself recorded: the first record that is not finite anywhere.
    const broken = runs[0]?.steps.find(
      ({ loss = NaN, layers }) =>
        !Number.isFinite(loss) ||
        Object.values(layers).some(
          ({ gradient, weight }) =>
            gradient.nans + gradient.posInfs + gradient.negInfs + weight.nans > 0,
        ),
    );
    assert.equal(step, broken?.step);
    assert.ok(step > 3 && step < 39, `step ${step}`);
    assert.equal(runs[0]?.debug?.recording?.step, step);
    const info = (await client.exceptionInfoRequest({ threadId: 1 })).body;
    assert.equal(info.exceptionId, 'non-finite');
    assert.match(info.details?.stackTrace ?? '', /Remedy 1/);
    assert.equal(stopped.text, info.details?.message);
    assert.match(info.description ?? '', /is not finite any more\. The gradient norm grows/);
  });

  it('meets conditions, hit counts, log points, names and numbers that cross a bound', async () => {
    await client.initializeRequest();
    const set = await client.setBreakpointsRequest({
      source: { path: PLANE },
      breakpoints: [
        { line: 7, condition: 'gradient.norm > 0 && step >= 4' },
        { line: 9, logMessage: '{layer} {step} {gradient.norm > 0}' },
        { line: 16 },
        { line: 7, condition: 'gradient >' },
      ],
    });
    assert.deepEqual(
      set.body.breakpoints.map(({ verified, message }) => [verified, message?.split(' ')[0]]),
      [
        [false, 'The'],
        [false, 'The'],
        [false, 'The'],
        [false, 'The'],
      ],
    );
    const stopped = await client.stopAfter(() =>
      Promise.all([
        client.launchRequest({ program: PLANE } as object),
        client.configurationDoneRequest(),
      ]),
    );
    assert.equal(stopped.description, 'Paused on a breakpoint at step 4, backward of hidden');
    assert.deepEqual(client.said.match(/output \d true/g), [
      'output 1 true',
      'output 2 true',
      'output 3 true',
      'output 4 true',
    ]);
    const changed = client.events.filter(({ event }) => event === 'breakpoint');
    assert.deepEqual(
      changed.map(({ body }) => {
        const { breakpoint } = body as { breakpoint: { verified: boolean; line?: number } };
        return [breakpoint.verified, breakpoint.line];
      }),
      [
        [true, 7],
        [true, 9],
        [false, 16],
      ],
    );
    await client.setBreakpointsRequest({ source: { path: PLANE }, breakpoints: [] });
    const byName = [{ name: 'output', condition: 'phase == "forward"' }, { name: 'outputs' }];
    const named = await client.setFunctionBreakpointsRequest({ breakpoints: byName });
    assert.deepEqual(
      named.body.breakpoints.map(({ verified, message }) => [verified, message]),
      [
        [true, undefined],
        [false, 'No layer is called outputs. Did you mean output?'],
      ],
    );
    const next = await client.stopAfter(() => client.continueRequest({ threadId: 1 }));
    assert.equal(next.description, 'Paused on a layer breakpoint at step 5, forward of output');
    await client.setFunctionBreakpointsRequest({ breakpoints: [] });
    const info = { name: 'step % 7' };
    const { dataId } = (await client.dataBreakpointInfoRequest(info)).body;
    const crossing = { dataId: dataId ?? '', condition: '== 3' };
    await client.setDataBreakpointsRequest({ breakpoints: [crossing] });
    const crossed = await client.stopAfter(() => client.continueRequest({ threadId: 1 }));
    assert.deepEqual([crossed.reason, crossed.text], ['data breakpoint', 'step % 7: 2 → 3']);
    assert.equal(await client.value('step'), '10');
    const before = await client.stopAfter(() => client.reverseContinueRequest({ threadId: 1 }));
    assert.deepEqual([before.reason, await client.value('step')], ['data breakpoint', '3']);
  });

  it('steps out to the end of the epoch, pauses, looks back, restarts and ends', async () => {
    await client.launchTo({ program: PLANE, stopOnEntry: true });
    await client.stopAfter(() => client.stepOutRequest({ threadId: 1 }));
    assert.equal(await client.value('step'), '8');
    await client.stopAfter(() => client.stepOutRequest({ threadId: 1 }));
    assert.equal(await client.value('step'), '16');
    await client.customRequest('gradientLens/look', { step: 5 });
    assert.equal(await client.value('step'), '5');
    assert.equal((await client.stack())[1], 'step 5 (looked back at) @ plane.model.ts:1');
    const [weight] = await client.variables('Layers', 'hidden', 'kernel');
    assert.equal(weight?.memoryReference, undefined);
    assert.deepEqual(runs.at(0)?.debug?.cursor, { step: 5 });
    await client.customRequest('gradientLens/look', {});
    assert.equal(await client.value('step'), '16');
    const [run] = runs;
    const loss = run?.steps[0]?.loss;
    assert.ok(loss !== undefined);
    const entry = await client.stopAfter(() => client.restartRequest({}));
    assert.equal(entry.reason, 'entry');
    const states = (): string[] => runs.map(({ state }) => state);
    assert.deepEqual(states(), ['stopped', 'paused']);
    await client.stopAfter(() => client.nextRequest({ threadId: 1 }));
    assert.equal(runs.at(-1)?.steps[0]?.loss, loss);
    const terminated = client.waitForEvent('terminated');
    await client.continueRequest({ threadId: 1 });
    await terminated;
    assert.deepEqual(states(), ['stopped', 'completed']);
    assert.equal(runs.at(-1)?.steps.length, 24);
    assert.match(client.said, /Epoch 3, up to step 24/);
  });

  it('goes back in a program too, which is run again up to there', async () => {
    const program = path.join(ROOT, 'test/fixtures/workspace/program.js');
    await client.launchTo({ program }, [{ line: 8, hitCondition: '6' }]);
    const loss = await client.value('loss');
    assert.equal(await client.value('step'), '3');
    await client.stopAfter(() => client.nextRequest({ threadId: 1 }));
    await client.stopAfter(() => client.stepBackRequest({ threadId: 1 }));
    assert.deepEqual([await client.value('step'), await client.value('loss')], ['3', loss]);
  });

  it('holds a program that had ended before it could be held', async () => {
    const program = path.join(ROOT, 'test/fixtures/workspace/nonFinite.js');
    const stopped = await client.launchTo({ program });
    assert.deepEqual([stopped.reason, await client.value('step')], ['exception', '1']);
    assert.equal(runs.at(-1)?.state, 'paused');
    assert.equal(runs.at(-1)?.debug?.recording?.step, 1);
  });

  it('pauses a training that runs freely at the end of a step, recorded in full', async () => {
    const program = path.join(ROOT, 'test/fixtures/workspace/loop.js');
    await client.launchTo({ program, stopOnEntry: true });
    await client.continueRequest({ threadId: 1 });
    const [run] = runs;
    assert.ok(run);
    await new Promise<void>((resolve) => run.onDidStep(({ step }) => step > 20 && resolve()));
    await assert.rejects(
      client.evaluateRequest({ expression: 'lr = 1', context: 'repl' }),
      /pause/,
    );
    const paused = await client.stopAfter(() => client.pauseRequest({ threadId: 1 }));
    assert.equal(paused.reason, 'pause');
    assert.equal(run.debug?.recording?.step, Number(await client.value('step')));
    // Where it is let go on from elsewhere, the session goes with it.
    const continued = client.waitForEvent('continued');
    await run.resume();
    await continued;
    const again = await client.stopAfter(() => run.pause());
    assert.equal(again.reason, 'pause');
  });

  it('tells threads, modules and completions', async () => {
    await client.launchTo({ program: PLANE }, [{ line: 9 }]);
    const { threads } = (await client.threadsRequest()).body;
    assert.deepEqual(threads, [{ id: 1, name: 'Adam over hidden … output' }]);
    const modules = await client.customRequest('modules', {});
    const listed = modules.body as { modules: { name: string; parameters: number }[] };
    assert.deepEqual(
      listed.modules.map(({ name, parameters }) => [name, parameters]),
      [
        ['hidden', 18],
        ['output', 14],
      ],
    );
    const typed = { text: 'max(layers.activation.no', column: 25 };
    const { targets } = (await client.completionsRequest(typed)).body;
    assert.ok(targets.some(({ label }) => label === 'norm'));
    await assert.rejects(
      client.evaluateRequest({ expression: 'hiden.gradient', context: 'watch' }),
      /Did you mean `hidden`/,
    );
  });

  it('leaves no run behind when it is disconnected while it trains', async () => {
    await client.launchTo({ program: PLANE, stopOnEntry: true });
    await client.continueRequest({ threadId: 1 });
    await client.disconnectRequest({});
    assert.ok(allEnded(runs));
  });
});
