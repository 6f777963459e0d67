// The completed wasm backend: everything that training needs runs on it, with the outputs and the
// gradients of the cpu backend.
import assert from 'node:assert/strict';
import { RuntimeBench } from './harness';
import { LAYERS, NOT_TESTED_APART } from './wasmCases';
import { untestedMetrics, WASM_PROGRAM } from './wasmProgram';

/** Relative to the largest element of a tensor. */
const TOLERANCE = 1e-5;
/** Below this size a tensor's elements count as they are: they are differences of rounding. */
const LEAST_SCALE = 1e-3;

type Parts = number[][] | string;

describe('the completed wasm backend', function () {
  this.timeout(120_000);
  let bench: RuntimeBench;
  let cpu: Map<string, Parts>;
  let wasm: Map<string, Parts>;
  before(async () => {
    bench = await RuntimeBench.open();
    [cpu, wasm] = [await computed('cpu'), await computed('wasm')];
  });
  after(() => bench.close());

  async function computed(backend: 'cpu' | 'wasm'): Promise<Map<string, Parts>> {
    // It takes no step of its own run: the run fails for that, after all is printed.
    const run = await bench.finish(WASM_PROGRAM, { options: { backend } });
    const lines = run.all('console').filter(({ level }) => level === 'log');
    return new Map(lines.map(({ text }) => JSON.parse(text) as [string, Parts]));
  }

  it('every layer class, activation, loss, metric and optimizer computes like cpu, to 1e-5', () => {
    const problems: string[] = [];
    assert.ok(cpu.size > 150, `only ${cpu.size} cases were computed`);
    for (const [name, expected] of cpu) {
      if (name === 'names') continue;
      const found = wasm.get(name) ?? 'missing';
      if (typeof expected === 'string' || typeof found === 'string') {
        const shown = (parts: Parts) => (typeof parts === 'string' ? parts.slice(0, 200) : 'fine');
        problems.push(`${name}: cpu ${shown(expected)}; wasm ${shown(found)}`);
        continue;
      }
      assert.equal(found.length, expected.length, name);
      expected.forEach((values, part) => {
        const scale = Math.max(LEAST_SCALE, ...values.map(Math.abs));
        const gaps = values.map((value, i) => Math.abs(value - (found[part]?.[i] ?? NaN)) / scale);
        if (gaps.every((gap) => gap < TOLERANCE)) return;
        problems.push(`${name}, part ${part}: off by ${Math.max(...gaps)}`);
      });
    }
    assert.deepEqual(problems, []);
  });

  it('no layer class and no metric of tfjs is left out', () => {
    const [layers, metrics] = cpu.get('names') as unknown as [string[], string[]];
    // A layer counts where it is called: at the start of a case, or inside a wrapper.
    const called = LAYERS.map(({ code }) => `tf.layers.${code}`).join(' ');
    const untested = layers.filter(
      (name) => !called.includes(`tf.layers.${name}(`) && !NOT_TESTED_APART.includes(name),
    );
    assert.deepEqual(untested, []);
    assert.deepEqual(untestedMetrics(metrics), []);
  });
});
