// Units that are dead or saturated, by the probes: which layers have them, since when, and what put
// them into that state.
import type { LayerFacts, ModelFacts } from '../facts';
import type { LayerProbe, ProbeRecord } from '../probe';
import { SATURATED_SHARE, SHOVE_RATIO, STILL_STEPS, UNSCALED_INPUT } from './thresholds/units';
import type { Blow, DiagnosisWindow } from './window';

/** Units of one layer in a state, in the newest two probes. */
export interface UnitShare {
  layer: string;
  /** Share (0..1) of the units: the lower of the newest two probes. */
  share: number;
  /** The share in the first probe that counted units. */
  atFirst: number;
  /** Units in that state, and all. */
  affected: number;
  units: number;
  /** Of the newest probe. */
  probe: LayerProbe;
}

type State = 'deadUnits' | 'saturatedUnits';

function shareOf(probe: ProbeRecord | undefined, layer: string, state: State): number | undefined {
  const found = probe?.layers[layer];
  const affected = found?.[state];
  return found && affected !== undefined && found.units > 0 ? affected / found.units : undefined;
}

/** Shares from which on {@link unitShares} can be asked. */
const LEAST = 0.5;
/** By the newest probe: what is in it stays the same for a hundred steps. */
const known = new WeakMap<ProbeRecord, Partial<Record<State, UnitShare[]>>>();

/**
 * The layers, in forward order, whose share is at least `least` in each of the newest two probes; `least`
 * from 0.5 on.
 */
export function unitShares(window: DiagnosisWindow, state: State, least: number): UnitShare[] {
  const { probe, previousProbe } = window;
  if (!probe || !previousProbe) return [];
  let shares = known.get(probe);
  if (!shares) known.set(probe, (shares = {}));
  const all = (shares[state] ??= compare(window, probe, previousProbe, state));
  return all.length === 0 || least === LEAST ? all : all.filter(({ share }) => share >= least);
}

function compare(
  window: DiagnosisWindow,
  probe: ProbeRecord,
  previousProbe: ProbeRecord,
  state: State,
): UnitShare[] {
  const shares: UnitShare[] = [];
  for (const layer in probe.layers) {
    const found = probe.layers[layer];
    const now = shareOf(probe, layer, state);
    const before = shareOf(previousProbe, layer, state);
    if (!found || now === undefined || before === undefined) continue;
    const share = Math.min(now, before);
    if (share < LEAST) continue;
    shares.push({
      layer,
      share,
      atFirst: shareOf(window.firstCount?.probe, layer, state) ?? 0,
      affected: found[state] ?? 0,
      units: found.units,
      probe: found,
    });
  }
  return shares;
}

const factsByName = new WeakMap<ModelFacts, ReadonlyMap<string, LayerFacts>>();

export function layerFacts(facts: ModelFacts | undefined, layer: string): LayerFacts | undefined {
  if (!facts) return undefined;
  let byName = factsByName.get(facts);
  if (!byName) {
    byName = new Map(facts.layers.map((one) => [one.name, one]));
    factsByName.set(facts, byName);
  }
  return byName.get(layer);
}

/** Activation of a layer, where anything knows it. */
export function activationOf(window: DiagnosisWindow, layer: string): string | undefined {
  return layerFacts(window.facts, layer)?.activation ?? window.infoOf(layer)?.activation;
}

/**
 * True where every path from an input to an output runs through `layer`. Undefined where the facts do
 * not tell.
 */
export function isOnEveryPath(facts: ModelFacts | undefined, layer: string): boolean | undefined {
  if (!facts?.layers.some(({ name }) => name === layer)) return undefined;
  const byName = new Map(facts.layers.map((item) => [item.name, item]));
  const seen = new Set<string>([layer]);
  const queue = facts.outputs.map((output) => output.layer).filter((name) => name !== layer);
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const inbound = byName.get(name)?.inbound ?? [];
    if (inbound.length === 0) return false;
    queue.push(...inbound);
  }
  return true;
}

/**
 * True where at least half of the units of a hidden layer were saturated on all samples before any
 * training, and still are: what such a net learns, it learns around them.
 */
export function isHeldBySaturation(window: DiagnosisWindow): boolean {
  if (isCountLate(window)) return false;
  const outputs = window.facts?.outputs ?? [];
  return unitShares(window, 'saturatedUnits', SATURATED_SHARE).some(
    ({ layer, atFirst }) =>
      atFirst >= SATURATED_SHARE && !outputs.some((output) => output.layer === layer),
  );
}

/** The update that shook the weights most, where it can have thrown units off. */
export function shoveOf({ blow }: DiagnosisWindow): Blow | undefined {
  return blow && blow.updateRatio >= SHOVE_RATIO ? blow : undefined;
}

/** True where no layer has got any gradient for the newest steps: nothing learns, whatever is dead. */
export function isStandingStill({ traces }: DiagnosisWindow): boolean {
  return (
    traces.length > 0 && traces.every(({ zeroGradientSteps }) => zeroGradientSteps >= STILL_STEPS)
  );
}

/**
 * True where the weights had been shaken before units were counted for the first time: what is in a
 * state from then on need not have been so from the start.
 */
export function isCountLate(window: DiagnosisWindow): boolean {
  const { firstCount } = window;
  const shove = shoveOf(window);
  return firstCount !== undefined && shove !== undefined && shove.step < firstCount.step;
}

/** The input that is far from mean 0 and deviation 1, where there is one. */
export function unscaledInput(facts: ModelFacts | undefined) {
  return facts?.inputs.find(
    ({ summary: { mean, std } }) => Math.abs(mean) > UNSCALED_INPUT || std > UNSCALED_INPUT,
  );
}
