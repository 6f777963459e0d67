// Launch configurations of the training debugger: what each is about, and what is said where it is about nothing.
import assert from 'node:assert/strict';
import path from 'node:path';
import { recognise } from '../../../src/model/recognise';
import { configurationFor, planOf, type Plan } from '../../../src/debug/editor/configuration';

const FILES: Record<string, string> = {
  'net.model.js': "import * as tf from '@tensorflow/tfjs'; export const model = tf.sequential();",
  'train.js': "import * as tf from '@tensorflow/tfjs'; await model.fit(x, y);",
  'train-node.js': "import * as tf from '@tensorflow/tfjs-node'; await model.fit(x, y);",
};
const root = path.resolve('/models');

function plan(config: Record<string, unknown>, setting = 'auto'): Promise<Plan> {
  const recogniseFile = (file: string) => {
    const text = FILES[path.relative(root, file)];
    return Promise.resolve(text === undefined ? undefined : recognise(file, text));
  };
  return planOf({ ...configurationFor(''), ...config }, root, recogniseFile, () => setting);
}
const inRoot = (name: string) => path.join(root, name);

describe('launch configurations of training', () => {
  it('train a file of the folder, by a relative or an absolute path', async () => {
    const expected = { type: 'train', program: inRoot('net.model.js') };
    assert.deepEqual(await plan({ program: 'net.model.js' }), expected);
    assert.deepEqual(await plan({ program: inRoot('net.model.js') }), expected);
    assert.deepEqual((await plan({ program: 'train.js' })).type, 'train');
  });

  it('leave programs that need Node to VS Code’s own debugger', async () => {
    const node = { type: 'node', program: inRoot('train-node.js') };
    assert.deepEqual(await plan({ program: 'train-node.js' }), node);
    assert.equal((await plan({ program: 'train.js' }, 'node')).type, 'node');
    assert.equal((await plan({ program: 'train.js', backend: 'node' })).type, 'node');
    assert.equal((await plan({ program: 'train.js', backend: 'cpu' }, 'node')).type, 'train');
    // An experiment module is trained by the extension, wherever that is.
    assert.equal((await plan({ program: 'net.model.js' }, 'node')).type, 'train');
  });

  it('say what is wrong with them', async () => {
    for (const [program, words] of [
      [undefined, /names no "program"/],
      ['', /names no "program"/],
      ['data.csv', /data\.csv is no JavaScript or TypeScript file/],
      ['gone.model.js', /gone\.model\.js cannot be read/],
    ] as const) {
      const found = await plan({ program });
      assert.ok(found.type === 'refuse');
      assert.match(found.message, words);
    }
  });
});
