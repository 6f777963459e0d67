// What a stopped training shows and takes: nothing that the walk through the step has not reached, nothing
// that it does not understand.
import assert from 'node:assert/strict';
import path from 'node:path';
import { type Client, FIXTURES, withClient } from './client';

const program = path.join(FIXTURES, 'plane.model.ts');
const T = { threadId: 1 };

describe('a stopped training', function () {
  this.timeout(60_000);
  let client: Client;
  const runs = withClient((fresh) => (client = fresh));

  const shown = async (): Promise<string[]> =>
    (await client.variables('Step')).map(({ name }) => name);

  it('shows loss and metrics from the loss on', async () => {
    await client.launchTo({ program }, [{ line: 9 }]);
    const values = async (): Promise<string[]> => [
      await client.value('loss'),
      await client.value('metrics.acc'),
    ];
    assert.deepEqual(await values(), ['undefined', 'undefined']);
    assert.ok(!(await shown()).includes('loss'));
    await client.stopAfter(() => client.stepInRequest(T));
    for (const value of await values()) assert.ok(Number.isFinite(Number(value)));
    assert.ok((await shown()).includes('loss'));
  });

  it('has the weights before the update until the walk comes to it', async () => {
    await client.launchTo({ program, stopOnEntry: true });
    await client.stopAfter(() => client.nextRequest(T));
    const values = async (): Promise<string[]> => [
      await client.value('hidden.weight.norm'),
      await client.value('hidden.kernel.weight.norm'),
      await client.value('hidden.kernel.norm'),
    ];
    const updated = await values();
    await client.stopAfter(() => client.stepInRequest(T));
    assert.equal(await client.value('step'), '2');
    assert.deepEqual(await values(), updated);
    while ((await client.value('phase == "update"')) === 'false') {
      assert.deepEqual(await values(), updated);
      await client.stopAfter(() => client.stepInRequest(T));
    }
    assert.equal(await client.value('step'), '2');
    assert.equal((await values()).filter((value, i) => value === updated[i]).length, 0);
  });

  it('sets the element that is named, and none beside the tensor', async () => {
    await client.launchTo({ program, stopOnEntry: true });
    await client.stopAfter(() => client.nextRequest(T));
    const [weight] = await client.variables('Layers', 'hidden', 'kernel');
    const set = (name: string): Promise<unknown> =>
      client.setVariableRequest({
        variablesReference: weight?.variablesReference ?? 0,
        ...{ name, value: '1' },
      });
    await assert.rejects(set('[0][9]'), /\[0\]\[9\] cannot be changed/);
    await set('[1][5]');
    const changes = runs[0]?.debug?.changes.map(({ change }) => change);
    assert.deepEqual(changes, [
      { type: 'element', variable: 'hidden/kernel', index: 11, value: 1 },
    ]);
  });

  it('takes true and false for trainable, and refuses anything else', async () => {
    await client.launchTo({ program }, [{ line: 9 }]);
    const set = (value: string): Promise<unknown> =>
      client.customRequest('setExpression', { expression: 'hidden.trainable', value });
    await assert.rejects(set('yes'), /trainable is true or false; yes is neither/);
    assert.equal(runs[0]?.debug?.changes.length, 0);
    await set('false');
    assert.equal(runs[0].debug.changes.length, 1);
  });
});
