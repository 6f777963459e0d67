// What theory expects of a net as it was initialized: the factor by which outputs, their gradients (δ)
// and the gradients of the weights change from layer to layer. Not the fixed point only, which nets of
// a few layers do not reach: the variance is followed from the data through each layer.
import type { Expectation } from '../finding';
import type { ModelFacts } from '../facts';
import { plainLayers, type PlainLayer } from './chain';
import { meanField, outputMoment, slopeMoment } from './meanField';

/** What a profile over depth is made of. */
export type Quantity = 'activation' | 'delta' | 'gradient';

/** Expected factors between two plain layers that follow each other; all of RMS per element. */
export interface Link {
  /** The layer nearer to the input. */
  from: string;
  to: string;
  /** Output of `to` ÷ that of `from`. */
  activation?: number;
  /** δ, the gradient of the output, of `from` ÷ that of `to`. */
  delta?: number;
  /**
   * Gradient of kernel and bias of `from` ÷ that of `to`, for one sample. The mean over a batch is less in
   * the first layers, where the samples are less alike than further on.
   */
  gradient?: number;
}

/** One layer as theory sees it. */
export interface LayerTheory {
  activation: string;
  /** σ_w² and σ_b². */
  weightVariance: number;
  biasVariance: number;
  /** Variance of its pre-activations; undefined where an activation before it is unknown to theory. */
  variance?: number;
  /** χ at that variance, with as many outputs as inputs. */
  chi?: number;
  /** Units. */
  width: number;
}

/** What theory says about a net as it was initialized. */
export interface NetTheory {
  layers: ReadonlyMap<string, LayerTheory>;
  /** In forward order. */
  links: readonly Link[];
}

const cache = new WeakMap<ModelFacts, NetTheory>();

/** Theory of all plain layers of the model. Computed once per facts: about 0.1 ms per layer. */
export function theoryOf(facts: ModelFacts): NetTheory {
  let theory = cache.get(facts);
  if (!theory) cache.set(facts, (theory = compute(facts)));
  return theory;
}

interface Moments extends LayerTheory {
  /** Mean squares of: what the layer is fed, what is recorded of it, what the next layer is fed. */
  input: number | undefined;
  recorded: number | undefined;
  output: number | undefined;
  /** Mean square of the slope of its activation. */
  slope: number | undefined;
}

function compute(facts: ModelFacts): NetTheory {
  const plain = plainLayers(facts);
  const moments = new Map<string, Moments>();
  for (const layer of plain) {
    const before = layer.previous && moments.get(layer.previous.facts.name);
    moments.set(layer.facts.name, momentsOf(layer, before));
  }
  const links = plain.flatMap((to): Link[] => {
    const from = to.previous;
    const [a, b] = [from && moments.get(from.facts.name), moments.get(to.facts.name)];
    return from && a && b ? [linkOf(from, a, to, b)] : [];
  });
  return { layers: moments, links };
}

function momentsOf(layer: PlainLayer, before: Moments | undefined): Moments {
  const { activation, weightVariance, biasVariance } = layer;
  const input = layer.previous ? before?.output : layer.inputMoment;
  let variance = input === undefined ? undefined : weightVariance * input + biasVariance;
  if (variance === undefined && activation && !layer.previous) {
    // Fed by something theory does not know: as if the layers before had settled.
    variance = meanField(activation, weightVariance, biasVariance).fixedPoint || undefined;
    if (variance === Infinity) variance = undefined;
  }
  const known = activation && variance !== undefined ? { activation, variance } : undefined;
  const output = known && outputMoment(known.activation, known.variance);
  const slope = known && slopeMoment(known.activation, known.variance);
  return {
    activation: layer.activationName,
    weightVariance,
    biasVariance,
    width: layer.facts.outputShape.at(-1) ?? 1,
    ...(variance !== undefined && { variance }),
    ...(slope !== undefined && { chi: weightVariance * slope }),
    input,
    recorded: layer.isRecordedBefore ? variance : output,
    output,
    slope,
  };
}

/** √(a/b), where both are known and positive. */
function root(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined || !(a > 0) || !(b > 0) ? undefined : Math.sqrt(a / b);
}

/**
 * Mean square of what δ is multiplied with to give a gradient: the inputs for the kernel, 1 for the bias,
 * which is the greater part where inputs have died out.
 */
function perWeight({ facts: { fanIn = 1, initialBias } }: PlainLayer, input: number): number {
  return initialBias ? (input * fanIn + 1) / (fanIn + 1) : input;
}

function linkOf(from: PlainLayer, a: Moments, to: PlainLayer, b: Moments): Link {
  // Mean square of a weight of `to` times the outputs that an input of it reaches.
  const backward = (to.weightVariance / (to.facts.fanIn ?? 1)) * to.uses;
  const activation = root(b.recorded, a.recorded);
  // δ is recorded where the output is: before or behind the slope of the activation.
  const delta = root(
    a.slope !== undefined && from.isRecordedBefore ? backward * a.slope : backward,
    b.slope === undefined ? undefined : to.isRecordedBefore ? 1 : 1 / b.slope,
  );
  const gradient =
    a.slope === undefined || a.input === undefined || a.output === undefined
      ? undefined
      : root(backward * a.slope * perWeight(from, a.input), perWeight(to, a.output));
  return {
    from: from.facts.name,
    to: to.facts.name,
    ...(activation !== undefined && { activation }),
    ...(delta !== undefined && { delta }),
    ...(gradient !== undefined && { gradient }),
  };
}

/** The expected factor over a stretch of layers. */
export interface ExpectedFactor {
  /** Median over the pairs of layers: of outputs away from the input, of gradients towards it. */
  factor: number;
  /** The activation function of all of them, where it is one. */
  activation?: string;
}

/**
 * Expected factor per layer over `layers` (names, in forward order). Undefined unless theory knows
 * most of the pairs: normalization, residual connections and pooling are beyond it.
 */
export function expectedFactor(
  facts: ModelFacts | undefined,
  layers: readonly string[],
  of: Quantity,
): ExpectedFactor | undefined {
  if (!facts || layers.length < 2) return undefined;
  const theory = theoryOf(facts);
  const factors: number[] = [];
  const activations = new Set<string>();
  for (let i = 1; i < layers.length; i++) {
    const [from, to] = [layers[i - 1], layers[i]];
    const link = theory.links.find((candidate) => candidate.from === from && candidate.to === to);
    const factor = link?.[of];
    if (link === undefined || factor === undefined) continue;
    factors.push(factor);
    // The output layer's activation is its own, and has no part in the factors before it.
    const activation = theory.layers.get(link.from)?.activation;
    if (activation !== undefined) activations.add(activation);
  }
  if (factors.length * 3 < (layers.length - 1) * 2) return undefined;
  factors.sort((a, b) => a - b);
  const middle = factors.length >> 1;
  const upper = factors[middle] ?? 1;
  const factor = factors.length % 2 === 1 ? upper : Math.sqrt(upper * (factors[middle - 1] ?? 1));
  const [activation, ...others] = activations;
  return {
    factor,
    ...(activation !== undefined && others.length === 0 && { activation }),
  };
}

const UNITS: Record<Quantity, string> = {
  activation: 'RMS output per layer',
  delta: 'RMS gradient of the outputs per layer, towards the input',
  gradient: 'RMS gradient per layer, towards the input',
};

/** The expectation to show beside a measured factor per layer; undefined where theory has none. */
export function expectationOf(
  facts: ModelFacts | undefined,
  layers: readonly string[],
  of: Quantity,
  measured: number,
): Expectation | undefined {
  const expected = expectedFactor(facts, layers, of);
  if (!expected) return undefined;
  const { factor, activation } = expected;
  return {
    expected: factor,
    measured,
    unit: UNITS[of],
    words:
      `theory for ${activation ?? 'these layers'} with this initialization says ` +
      `×${Number(factor.toPrecision(3))}`,
    reference:
      'Schoenholz et al. 2017, “Deep Information Propagation”, https://arxiv.org/abs/1611.01232 (factor per layer √χ).',
  };
}
