// What the tool measures on real nets against what theory says of them: the factor per layer of the
// squared gradient, χ, over several seeds. They share no code: one comes of tensors, the other of integrals.
import assert from 'node:assert/strict';
import { expectationOf, theoryOf } from '../../../src/shared/core/theory/expectation';
import { activationFunction } from '../../../src/shared/core/theory/activations';
import { meanField } from '../../../src/shared/core/theory/meanField';
import type { TensorSummary } from '../../../src/shared/core/stepRecord';
import { observe, type Observed, type WideNet } from './nets';

const SEEDS = [1, 2, 3, 4];

const cases: Omit<WideNet, 'seed' | 'width' | 'depth'>[] = [
  { activation: 'tanh', weightVariance: 1.3, biasVariance: 0.05 },
  { activation: 'tanh', weightVariance: 2.5, biasVariance: 0.05 },
  { activation: 'sigmoid', weightVariance: 1, biasVariance: 0 },
  { activation: 'relu', weightVariance: 2, biasVariance: 0 },
  { activation: 'relu', weightVariance: 1, biasVariance: 0 },
];

const meanSquare = ({ norm, count }: TensorSummary): number => norm ** 2 / count;

/** Squared factors between neighbours, towards the input. */
function factors(levels: readonly number[]): number[] {
  return levels.slice(1).map((level, i) => levels[i]! / level);
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function deltas({ record, hidden }: Observed, from: 'tap' | 'probe'): number[] {
  return factors(
    hidden.map((name) => {
      const found =
        from === 'tap'
          ? record.layers[name]!.activationGradient
          : record.probe!.layers[name]!.delta;
      return meanSquare(found!);
    }),
  );
}

function assertWithin(measured: number, expected: number, tolerance: number, what: string): void {
  const off = measured / expected - 1;
  assert.ok(
    Math.abs(off) < tolerance,
    `${what}: ${measured.toFixed(4)} for ${expected.toFixed(4)} (${(100 * off).toFixed(1)} %)`,
  );
}

describe('χ₁ measured through the tool', function () {
  for (const net of cases) {
    const { activation, weightVariance, biasVariance } = net;
    const name = `${activation}, σ_w² ${String(weightVariance)}, σ_b² ${String(biasVariance)}`;
    it(`is that of theory within 3 %: ${name}`, async () => {
      const runs: Observed[] = [];
      for (const seed of SEEDS) runs.push(await observe({ ...net, seed, width: 256, depth: 20 }));
      const { chi } = meanField(activationFunction(activation)!, weightVariance, biasVariance);
      // The first layers are on their way to the fixed point.
      const settled = (list: number[]) => list.slice(6);
      const byTap = mean(runs.flatMap((run) => settled(deltas(run, 'tap'))));
      const byProbe = mean(runs.flatMap((run) => settled(deltas(run, 'probe'))));
      assertWithin(byTap, chi, 0.03, 'tap');
      assertWithin(byProbe, chi, 0.03, 'probe');
      // Layer by layer, the transient included, from the initial weights as the facts have them.
      const measured = mean(runs.flatMap((run) => deltas(run, 'probe')));
      const expected = mean(
        runs.flatMap(({ facts, hidden }) =>
          theoryOf(facts)
            .links.filter(({ to }) => hidden.includes(to))
            .map(({ delta }) => delta! ** 2),
        ),
      );
      assertWithin(measured, expected, 0.03, 'layer by layer');
    });
  }
});

describe('the expectation for a net as it was initialized', () => {
  /** Geometric mean of measured ÷ expected factors over all links. */
  async function agreement(net: WideNet, of: 'activation' | 'delta' | 'gradient') {
    const { facts, record, hidden } = await observe(net);
    const level = (name: string): number => {
      const { activation, delta } = record.probe!.layers[name]!;
      const { gradient } = record.layers[name]!;
      return Math.sqrt(meanSquare({ activation, delta: delta!, gradient }[of]));
    };
    const links = theoryOf(facts).links.filter(({ to }) => hidden.includes(to));
    assert.equal(links.length, net.depth - 1);
    const logs = links.map((link) => {
      const measured =
        of === 'activation' ? level(link.to) / level(link.from) : level(link.from) / level(link.to);
      return Math.log(measured / link[of]!);
    });
    return Math.exp(mean(logs));
  }

  const nets: Omit<WideNet, 'seed' | 'width' | 'depth'>[] = [
    { activation: 'tanh', weightVariance: 1, biasVariance: 0 },
    { activation: 'elu', weightVariance: 1, biasVariance: 0 },
    { activation: 'selu', weightVariance: 1, biasVariance: 0 },
    { activation: 'softsign', weightVariance: 2, biasVariance: 0.1 },
    { activation: 'swish', weightVariance: 2, biasVariance: 0 },
    { activation: 'relu', weightVariance: 1, biasVariance: 0, isSplit: true },
    // Outputs die out, and the gradient of the biases is what is left.
    { activation: 'relu', weightVariance: 0.05, biasVariance: 0 },
    { activation: 'tanh', weightVariance: 0.5, biasVariance: 0.05, isSplit: true },
  ];
  for (const net of nets) {
    const name = `${net.activation}, σ_w² ${String(net.weightVariance)}${net.isSplit ? ', as a layer of its own' : ''}`;
    it(`holds for outputs, δ and gradients of ${name}`, async () => {
      for (const of of ['activation', 'delta', 'gradient'] as const) {
        // Gradients of a batch are smaller in the first layers, where its samples are less alike.
        const isOfOne = of === 'gradient';
        const ratios: number[] = [];
        for (const seed of isOfOne ? [1, 2, 3, 4, 5] : [3]) {
          const samples = isOfOne ? 1 : 8;
          ratios.push(await agreement({ ...net, seed, width: 192, depth: 8, samples }, of));
        }
        // Norms scatter by about √(5 / (4 · 192 · 7)) per layer of one net and sample: 3 %.
        assertWithin(mean(ratios), 1, 0.06, of);
      }
    });
  }

  it('is put into words beside the measurement', async () => {
    const sigmoid = { activation: 'sigmoid', weightVariance: 1, biasVariance: 0 } as const;
    const { facts, hidden } = await observe({ ...sigmoid, seed: 1, width: 64, depth: 6 });
    const expectation = expectationOf(facts, [...hidden, 'output'], 'gradient', 0.24);
    assert.match(expectation!.words, /^theory for sigmoid with this initialization says ×0\.2[34]/);
    assert.equal(expectation!.measured, 0.24);
    assert.equal(expectationOf(undefined, hidden, 'gradient', 0.24), undefined);
    assert.equal(expectationOf(facts, ['some', 'other', 'layers'], 'delta', 0.24), undefined);
  });
});
