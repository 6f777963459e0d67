// npy() and npz(): element types, byte order, column-major order, archives, and the messages.
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { createGradientLensModule } from '../../../webview/runtime/data';
import { bytesOf, npy, zip } from './fixtures';
import { MemoryWorkspace } from './workspace';

async function read(
  file: Uint8Array,
): Promise<{ dtype: string; shape: number[]; values: number[] }> {
  const tensor = await createGradientLensModule(new MemoryWorkspace({ 'a.npy': file }), tf).npy(
    'a.npy',
  );
  const { dtype, shape } = tensor;
  const values = Array.from(await tensor.data());
  tensor.dispose();
  return { dtype, shape, values };
}

describe('npy', () => {
  const types: [string, Uint8Array, string, number[]][] = [
    ['<f4', bytesOf(Float32Array.of(1.5, -2)), 'float32', [1.5, -2]],
    ['<f8', bytesOf(Float64Array.of(0.1, 1e300)), 'float32', [Math.fround(0.1), Infinity]],
    [
      '<f2',
      bytesOf(Uint16Array.of(0x3e00, 0xc000, 0x0001, 0xfc00)),
      'float32',
      [1.5, -2, 2 ** -24, -Infinity],
    ],
    ['|u1', Uint8Array.of(0, 255), 'int32', [0, 255]],
    ['|i1', Uint8Array.of(1, 255), 'int32', [1, -1]],
    ['<i2', bytesOf(Int16Array.of(-300, 7)), 'int32', [-300, 7]],
    ['<u2', bytesOf(Uint16Array.of(65535)), 'int32', [65535]],
    ['>i4', Uint8Array.of(0, 0, 1, 2), 'int32', [258]],
    ['<i8', bytesOf(BigInt64Array.of(-5n, 2n ** 31n - 1n)), 'int32', [-5, 2147483647]],
    ['|b1', Uint8Array.of(1, 0), 'bool', [1, 0]],
  ];
  for (const [descr, data, dtype, values] of types) {
    it(`reads ${descr} as ${dtype}`, async () => {
      assert.deepEqual(await read(npy(descr, [values.length], data)), {
        dtype,
        shape: [values.length],
        values,
      });
    });
  }

  it('reads scalars and keeps shapes', async () => {
    const scalar = await read(npy('<f4', [], bytesOf(Float32Array.of(3))));
    assert.deepEqual(scalar, { dtype: 'float32', shape: [], values: [3] });
    const cube = await read(npy('<f4', [1, 2, 3], bytesOf(new Float32Array(6))));
    assert.deepEqual(cube.shape, [1, 2, 3]);
  });

  it('puts column-major arrays into row-major order', async () => {
    // [[[0, 1, 2, 3], …], …] of shape 2 × 3 × 4, element = its row-major place.
    const columnMajor = new Int32Array(24);
    let at = 0;
    for (let k = 0; k < 4; k++)
      for (let j = 0; j < 3; j++)
        for (let i = 0; i < 2; i++) columnMajor[at++] = i * 12 + j * 4 + k;
    const { values } = await read(npy('<i4', [2, 3, 4], bytesOf(columnMajor), true));
    assert.deepEqual(
      values,
      Array.from({ length: 24 }, (_, i) => i),
    );
  });

  const faults: [string, Uint8Array, RegExp][] = [
    [
      'another kind of file',
      Uint8Array.from(Buffer.from('PK\x03\x04 and more bytes')),
      /expected a NumPy array.*found 50 4b/,
    ],
    ['strings', npy('<U5', [1], new Uint8Array(20)), /NumPy type U5.*astype\("float32"\)/],
    [
      'integers beyond 32 bits',
      npy('<i8', [1], bytesOf(BigInt64Array.of(2n ** 40n))),
      /found 1099511627776/,
    ],
    [
      'a file that is cut off',
      npy('<f4', [10], new Uint8Array(8)),
      /at least \d+ bytes, found \d+/,
    ],
  ];
  for (const [name, file, message] of faults) {
    it(`says what is wrong with ${name}`, async () => {
      await assert.rejects(read(file), message);
    });
  }
});

describe('npz', () => {
  for (const compressed of [false, true]) {
    it(`reads an archive that is ${compressed ? 'compressed' : 'stored'}`, async () => {
      const big = Float32Array.from({ length: 300_000 }, (_, i) => i);
      const file = zip(
        {
          'x.npy': npy('<f4', [300, 1000], bytesOf(big)),
          'y.npy': npy('<i8', [2], bytesOf(BigInt64Array.of(4n, -4n))),
        },
        compressed,
      );
      const module = createGradientLensModule(new MemoryWorkspace({ 'a.npz': file }), tf);
      const arrays = await module.npz('a.npz');
      assert.deepEqual(Object.keys(arrays), ['x', 'y']);
      assert.deepEqual(arrays['x']!.shape, [300, 1000]);
      assert.deepEqual(await arrays['x']!.data(), big);
      assert.deepEqual(Array.from(await arrays['y']!.data()), [4, -4]);
      tf.dispose(arrays);
    });
  }

  it('leaves no tensor behind when one array cannot be read', async () => {
    const file = zip(
      { 'x.npy': npy('<f4', [1], new Uint8Array(4)), 'y.npy': npy('|O', [1], new Uint8Array(8)) },
      false,
    );
    const before = tf.memory().numTensors;
    const module = createGradientLensModule(new MemoryWorkspace({ 'a.npz': file }), tf);
    await assert.rejects(module.npz('a.npz'), /a\.npz \(y\.npy\): .*NumPy type O/);
    assert.equal(tf.memory().numTensors, before);
  });

  it('refuses what is no archive', async () => {
    const module = createGradientLensModule(new MemoryWorkspace({ 'a.npz': 'not a zip' }), tf);
    await assert.rejects(module.npz('a.npz'), /expected a ZIP archive/);
  });
});
