// Debugging a program whose optimizers take several steps between two await points, over the built runtime in
// a thread: each of the steps is walked through, back and forth.
import assert from 'node:assert/strict';
import path from 'node:path';
import { type Client, FIXTURES, withClient } from './client';

const program = path.join(FIXTURES, 'adversaries.js');
const T = { threadId: 1 };

describe('a debug session over two optimizers', function () {
  this.timeout(60_000);
  let client: Client;
  const runs = withClient((fresh) => (client = fresh));

  it('walks through the steps of both', async () => {
    await client.launchTo({ program, stopOnEntry: true });
    const walked: string[] = [];
    for (let i = 0; i < 12; i++) {
      const { threadId = 0 } = await client.stopAfter(() => client.stepInRequest(T));
      const [phase, step] = (await client.stackTraceRequest({ threadId })).body.stackFrames;
      walked.push(`${step?.name}: ${phase?.name} ${phase?.line}`);
    }
    assert.deepEqual(walked.slice(1, 12), [
      'step 1: forward of judge 7',
      'step 1: forward of judge, call 2 7',
      'step 1: loss 10',
      'step 1: backward of judge, call 2 7',
      'step 1: backward of judge 7',
      'step 1: update 16',
      'step 2: data 1',
      'step 2: forward of maker 5',
      'step 2: loss 10',
      'step 2: backward of maker 5',
      'step 2: update 16',
    ]);
  });

  it('stops at the layers of both, and shows the numbers of the step that is walked through', async () => {
    const first = await client.launchTo({ program }, [{ line: 7, condition: 'gradient.norm > 0' }]);
    assert.equal(first.description, 'Paused on a breakpoint at step 1, backward of judge');
    const next = await client.stopAfter(() => client.continueRequest(T));
    assert.equal(next.description, 'Paused on a breakpoint at step 3, backward of judge');
    const [gradient] = (await client.variables('Layers', 'judge', 'kernel')).slice(-1);
    const values = new Float32Array(
      new Uint8Array(await client.bytes(gradient?.memoryReference, 0, 8)).buffer,
    );
    const norm = Number(await client.value('judge.kernel.gradient.norm'));
    assert.ok(Math.abs(Math.hypot(...values) / norm - 1) < 1e-5);
  });

  it('has a thread for each of the two, of which one takes a step', async () => {
    await client.launchTo({ program, stopOnEntry: true });
    const active: (number | undefined)[] = [];
    for (let i = 0; i < 3; i++) {
      const { threadId } = await client.stopAfter(() => client.nextRequest(T));
      active.push(threadId);
    }
    const { threads } = (await client.threadsRequest()).body;
    assert.deepEqual(
      threads.map(({ name }) => name),
      ['training of judge', 'training of maker'],
    );
    assert.deepEqual(active, [1, 2, 1]);
    const idle = (await client.stackTraceRequest({ threadId: 2 })).body.stackFrames;
    assert.deepEqual(
      idle.map(({ name }) => name),
      ['run of adversaries.js'],
    );
  });

  it('stops on data of one of them only where its own number crosses a bound', async () => {
    await client.launchTo({ program, stopOnEntry: true });
    const always = { dataId: 'maker.gradient.norm', condition: '>= 0' };
    await client.setDataBreakpointsRequest({ breakpoints: [always] });
    const stopped = await client.stopAfter(() => client.continueRequest(T));
    assert.equal(stopped.description, 'Paused on a data breakpoint at step 2, update');
    const ended = client.waitForEvent('terminated');
    await client.continueRequest(T);
    await ended;
    assert.equal(runs[0]?.steps.length, 16);
  });

  it('goes back and forth to the same numbers, bit for bit', async () => {
    await client.launchTo({ program, stopOnEntry: true });
    const bits = async (): Promise<string> => {
      const step = Number(await client.value('step'));
      const layer = step % 2 === 0 ? 'maker' : 'judge';
      const kernel = await client.variables('Layers', layer, 'kernel');
      const weight = kernel.find(({ name }) => name === 'weight')?.memoryReference;
      assert.notEqual(weight, undefined);
      const values = (await client.bytes(weight, 0, 24)).toString('hex');
      return `${step} ${await client.value('loss')} ${values}`;
    };
    const steps: string[] = [];
    for (let step = 1; step <= 7; step++) {
      await client.stopAfter(() => client.nextRequest(T));
      steps.push(await bits());
    }
    assert.deepEqual(
      steps.map((text) => text.split(' ')[0]),
      ['1', '2', '3', '4', '5', '6', '7'],
    );
    for (let step = 6; step >= 3; step--) {
      await client.stopAfter(() => client.stepBackRequest(T));
      assert.equal(await bits(), steps[step - 1]);
    }
    for (let step = 4; step <= 7; step++) {
      await client.stopAfter(() => client.nextRequest(T));
      assert.equal(await bits(), steps[step - 1]);
    }
  });
});
