// From passes to the record of a probe: what is summarized and counted of each layer, and what that says
// of its units.
import type { LayerProbe, ProbeRecord } from '../../../../src/shared/core/probe';
import type { TensorSummary } from '../../../../src/shared/core/stepRecord';
import { mergeSummaries } from '../../../../src/shared/core/summary';
import { scalarOf } from '../../../../src/shared/tap/delivery';
import type { StatisticsEngine, Tensor } from '../../../../src/shared/tap/types';
import { classNameOf, type LayerLike } from '../internals';
import { activationNameOf } from '../layerFacts';
import { flatPartsOf, type Limits } from './activations';
import type { Pass, SeenLayer } from './pass';
import { mergeCounts, type PendingUnits, type UnitCounts, type UnitEngine } from './units';

/** Share of the rows on which a dead or saturated unit is that. */
const NEARLY_ALL = 0.99;
/** Layers whose output is that of their activation function. */
const PLAIN_OUTPUT = new Set(['SimpleRNN', 'TimeDistributed']);

/** What is known when the samples have been sent. */
export interface ProbeFrame {
  /** Samples of all passes together. */
  samples: number;
  /** A unit is judged by at least this many samples times positions. */
  minRows: number;
  /** Layers that end the model. */
  ends: ReadonlySet<LayerLike>;
}

/** A probe that was taken and not yet read. */
export interface PendingProbe {
  /** Waits for the device if it must. Once. `nameOf` gives the names of the records. */
  take(nameOf: (layer: LayerLike) => string): ProbeRecord;
  discard(): void;
}

/** One layer of all passes: indices of what is summarized. */
interface LayerPlan {
  width: number;
  limits: Limits | undefined;
  outputs: number[];
  inputs: number[];
  deltas: number[];
  units: PendingUnits[];
}

/** Queues all that a probe tells of its passes, whose tensors may be released as soon as this returns. */
export function measureProbe(
  passes: readonly Pass[],
  statistics: StatisticsEngine,
  engine: UnitEngine,
  frame: ProbeFrame,
): PendingProbe {
  const items: Tensor[] = passes.map(({ loss }) => loss);
  const add = (tensor: Tensor): number => items.push(tensor) - 1;
  const plans = new Map<LayerLike, LayerPlan>();
  for (const seen of passes.flatMap(({ layers }) => layers)) {
    const { layer, output, input, delta } = seen;
    const { limits, judged } = judgementOf(seen, frame.ends.has(layer));
    const width = output.tensor.shape.at(-1) ?? 1;
    let plan = plans.get(layer);
    if (!plan) {
      plans.set(layer, (plan = { width, limits, outputs: [], inputs: [], deltas: [], units: [] }));
    }
    plan.outputs.push(add(output.tensor));
    if (input) plan.inputs.push(add(input.tensor));
    if (delta) plan.deltas.push(add(delta.tensor));
    // Functions that can be flat, or weights that can be equal.
    const isJudged = limits !== undefined || layer.weights.length > 0;
    if (isJudged && judged.size > 0) plan.units.push(engine.count(judged, limits ?? {}));
  }
  const pending = statistics.measure(items);
  statistics.submit();
  engine.submit();
  return {
    take(nameOf) {
      const summaries = pending.take();
      const at = (indices: readonly number[]): TensorSummary =>
        mergeSummaries(indices.map((index) => summaries[index] as TensorSummary));
      const loss = passes.reduce((sum, _, i) => sum + scalarOf(at([i])), 0);
      const record: ProbeRecord = { samples: frame.samples, loss, layers: {} };
      for (const [layer, { width, limits, outputs, inputs, deltas, units }] of plans) {
        const counts = units.length > 0 ? mergeCounts(units.map((one) => one.take())) : undefined;
        record.layers[nameOf(layer)] = {
          units: width,
          activation: at(outputs),
          ...(inputs.length > 0 && { preActivation: at(inputs) }),
          ...(deltas.length > 0 && { delta: at(deltas) }),
          ...(counts && counts.rows >= frame.minRows && judge(counts, limits)),
        };
      }
      return record;
    },
    discard() {
      pending.discard();
      for (const { units } of plans.values()) for (const one of units) one.discard();
    },
  };
}

/** The values that a layer's units are judged by, and their limits. */
function judgementOf(
  { layer, output, input }: SeenLayer,
  isEnd: boolean,
): { limits: Limits | undefined; judged: Tensor } {
  const name = activationNameOf(layer);
  const flat = flatPartsOf(name);
  if (name === 'softmax') {
    // A classifier that has learnt its task gives zeros and ones: that is what it is for.
    return { limits: isEnd ? undefined : flat?.output, judged: output.tensor };
  }
  if (input) return { limits: flat?.input, judged: input.tensor };
  const isPlain = PLAIN_OUTPUT.has(classNameOf(layer));
  return { limits: isPlain ? flat?.output : undefined, judged: output.tensor };
}

/** Dead, saturated and identical units by their counts. */
function judge(
  { rows, dead, flat, differing }: UnitCounts,
  limits: Limits | undefined,
): Pick<LayerProbe, 'deadUnits' | 'saturatedUnits' | 'identicalUnits'> {
  const nearlyAll = (counts: Uint32Array): number =>
    counts.filter((count) => count >= NEARLY_ALL * rows).length;
  const canSaturate = limits?.low !== undefined || limits?.high !== undefined;
  return {
    ...(limits?.dead !== undefined && { deadUnits: nearlyAll(dead) }),
    ...(canSaturate && { saturatedUnits: nearlyAll(flat) }),
    identicalUnits: differing.subarray(1).filter((count) => count === 0).length,
  };
}
