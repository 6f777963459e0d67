// The names of one step: its numbers, its layers, and in a breakpoint the layer that is stopped at.
import type { LayerInfo } from '../../shared/core/run';
import type {
  LayerRecord,
  StepRecord,
  TensorRecord,
  TensorSummary,
} from '../../shared/core/stepRecord';
import { mergeSummaries, nonFiniteCount } from '../../shared/core/summary';
import type { Names } from './evaluate';
import { List, numberText, Thing, type Value } from './values';

/** Where in a step an expression is looked at. */
export interface Point {
  /** Bare names mean this layer's. */
  layer?: string;
  phase?: string;
  /** What the walk through the step has reached; the rest is undefined. Absent: all of it. */
  reach?: Reach;
}

/** True where the walk has reached a layer's output, its gradient, δ and update, or the loss of the step. */
export type Reach = (layer: string, part: 'activation' | 'gradient' | 'loss') => boolean;

/** Everything that {@link namesOf} speaks of. */
export interface NamedStep {
  /** undefined before the first step. */
  record: StepRecord | undefined;
  layers: readonly LayerInfo[];
  optimizer?: Readonly<Record<string, number>>;
  /** Weights by variable, where the update of the step has not been reached: those before it. */
  earlier?: ReadonlyMap<string, TensorSummary>;
  /** Learning rate that was set after the step: `lr` is the one to come. */
  nextRate?: number;
}

/** `kernel` of `dense_1/kernel`. */
export function tensorName(variable: string): string {
  return variable.slice(variable.lastIndexOf('/') + 1);
}

/** A tensor's statistics. */
export function summaryThing(what: string, summary: TensorSummary): Thing {
  const { count, zeros, nans, posInfs, negInfs, min, max, mean, std, norm } = summary;
  const broken = nonFiniteCount(summary);
  const short = (value: number): string => numberText(value, 4);
  const text =
    `norm ${short(norm)}, mean ${short(mean)}, std ${short(std)}` +
    (broken > 0 ? `, ${broken} not finite` : '');
  const numbers = { norm, mean, std, min, max, count, zeros, nans, posInfs, negInfs };
  return new Thing(
    what,
    text,
    {
      ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, () => value])),
      nonFinite: () => broken,
    },
    summary,
  );
}

const optional = (what: string, summary: TensorSummary | undefined): Thing | undefined =>
  summary && summaryThing(what, summary);

function tensorThing(
  name: string,
  record: TensorRecord | undefined,
  weight: TensorSummary | undefined,
  isReached: boolean,
): Thing {
  return new Thing(
    `tensor ${name}`,
    weight ? summaryThing(name, weight).text : 'not trained in this step',
    {
      weight: () => optional(`weight of ${name}`, weight),
      gradient: () => (isReached ? optional(`gradient of ${name}`, record?.gradient) : undefined),
      updateRatio: () => (isReached ? record?.updateRatio : undefined),
      // A tensor can be read as its weight: dense_1.kernel.mean.
      ...membersOf(optional(name, weight)),
    },
    weight,
  );
}

function membersOf(thing: Thing | undefined): Record<string, () => Value> {
  return Object.fromEntries((thing?.names ?? []).map((name) => [name, () => thing?.get(name)]));
}

/** Members of a layer. */
function layerMembers(
  info: LayerInfo,
  step: NamedStep,
  reach: Reach | undefined,
): Record<string, () => Value> {
  const { name } = info;
  const layer: LayerRecord | undefined = step.record?.layers[name];
  const tensors = step.record?.tensors ?? {};
  const { earlier } = step;
  const before = earlier && info.tensors.flatMap((tensor) => earlier.get(tensor.name) ?? []);
  const weight = before?.length ? mergeSummaries(before) : layer?.weight;
  const of = <T>(part: 'activation' | 'gradient', value: T): T | undefined =>
    reach?.(name, part) === false ? undefined : value;
  return {
    name: () => name,
    className: () => info.className,
    gradient: () => of('gradient', optional(`gradient of ${name}`, layer?.gradient)),
    weight: () => optional(`weight of ${name}`, weight),
    activation: () => of('activation', optional(`activation of ${name}`, layer?.activation)),
    delta: () => of('gradient', optional(`delta of ${name}`, layer?.activationGradient)),
    updateRatio: () => of('gradient', layer?.updateRatio),
    deadUnits: () => of('activation', layer?.deadUnits),
    saturatedUnits: () => of('activation', layer?.saturatedUnits),
    ...Object.fromEntries(
      info.tensors.map((tensor) => [
        tensorName(tensor.name),
        () => {
          const record = tensors[tensor.name];
          const value = earlier?.get(tensor.name) ?? record?.weight;
          return tensorThing(tensor.name, record, value, reach?.(name, 'gradient') ?? true);
        },
      ]),
    ),
  };
}

function layerThing(info: LayerInfo, step: NamedStep, reach: Reach | undefined): Thing {
  const layer = step.record?.layers[info.name];
  const text = layer
    ? `${info.className}, gradient ${numberText(layer.gradient.norm, 4)}`
    : `${info.className}, not trained in this step`;
  return new Thing(`layer ${info.name}`, text, layerMembers(info, step, reach));
}

function numbersThing(what: string, numbers: Readonly<Record<string, number>>): Thing {
  const entries = Object.entries(numbers);
  const text = entries.map(([name, value]) => `${name} ${numberText(value, 4)}`).join(', ');
  return new Thing(what, text, Object.fromEntries(entries.map(([name, x]) => [name, () => x])));
}

/** The names of a step, at a point of it. */
export function namesOf(step: NamedStep, point: Point = {}): Names {
  const { record, layers } = step;
  const makers: Record<string, () => Value> = {};
  const infos = new Map(layers.map((info) => [info.name, info]));
  for (const info of layers) makers[info.name] = () => layerThing(info, step, point.reach);
  // Metrics are computed of the same output as the loss.
  const isLossReached = point.reach?.('', 'loss') ?? true;
  const metrics = record?.metrics ?? {};
  for (const name of Object.keys(metrics))
    makers[name] = () => (isLossReached ? metrics[name] : undefined);
  Object.assign(makers, {
    step: () => record?.step ?? 0,
    epoch: () => record?.epoch,
    loss: () => (isLossReached ? record?.loss : undefined),
    learningRate: () => record?.learningRate,
    lr: () => step.nextRate ?? record?.learningRate,
    seconds: () => record?.seconds,
    phase: () => point.phase,
    metrics: () => (isLossReached ? numbersThing('metrics of the step', metrics) : undefined),
    optimizer: () => numbersThing('optimizer', step.optimizer ?? {}),
    layers: () =>
      new List(
        layers.map((info) => layerThing(info, step, point.reach)),
        layers.map(({ name }) => name),
      ),
  });
  const stopped = point.layer === undefined ? undefined : infos.get(point.layer);
  if (stopped) {
    makers['layer'] = () => stopped.name;
    // Its tensors' and statistics' names win over those of the step, which have none of them.
    Object.assign(makers, layerMembers(stopped, step, point.reach));
  }
  return {
    names: Object.keys(makers),
    has: (name) => Object.hasOwn(makers, name),
    get: (name) => (Object.hasOwn(makers, name) ? makers[name]?.() : undefined),
  };
}
