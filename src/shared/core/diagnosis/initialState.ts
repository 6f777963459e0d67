// What the first probes show of the initial weights: units that are copies of each other, and units
// that a bias holds where their activation is flat.
import type { LayerFacts, ModelFacts } from '../facts';
import type { ProbeRecord } from '../probe';
import type { TensorSummary } from '../stepRecord';
import { finiteCount } from '../summary';
import { isPlain } from '../theory/chain';
import { meanSquare } from '../theory/initializers';
import { theoryOf } from '../theory/expectation';
import {
  HELD_SHARE,
  HUGE_BIAS,
  HUGE_BIAS_RATIO,
  IDENTICAL_STEPS,
  LARGE_SIGNAL,
} from './thresholds/initialization';
import type { DiagnosisWindow } from './window';

/** A layer whose bias outweighs its inputs. */
export interface HeldLayer {
  layer: LayerFacts;
  /** Mean of the bias, and deviation of what the weights add to it. */
  bias: number;
  random: number;
  /** `drowned`: its outputs are the bias, near enough, whatever the input. */
  state: 'dead' | 'saturated' | 'drowned';
  /** Share of its units in that state on the first probe. */
  share: number;
}

/**
 * The first hidden layer whose units are equal on every sample of the first probe and still are on a
 * later one. Not where they are silent or saturated: that has reasons of its own.
 */
export function identicalLayer(window: DiagnosisWindow): string | undefined {
  const { firstCount, probe } = window;
  if (!firstCount || !probe || probe === firstCount.probe) return undefined;
  if (window.steps < IDENTICAL_STEPS) return undefined;
  if (!identical.has(probe)) identical.set(probe, findIdentical(window, firstCount.probe, probe));
  return identical.get(probe);
}

/** What was found in each probe: rules ask at every step. */
const identical = new WeakMap<ProbeRecord, string | undefined>();
const held = new WeakMap<ProbeRecord, HeldLayer | undefined>();

function findIdentical(
  { facts }: DiagnosisWindow,
  firstProbe: ProbeRecord,
  probe: ProbeRecord,
): string | undefined {
  if (!facts) return undefined;
  for (const name in firstProbe.layers) {
    for (const { layers } of [firstProbe, probe]) {
      const found = layers[name];
      const { units = 0, identicalUnits = -1, activation, saturatedUnits = 0 } = found ?? {};
      if (units < 2 || identicalUnits !== units - 1 || saturatedUnits === units) break;
      if (!activation || activation.zeros === activation.count) break;
      if (layers === probe.layers && isHidden(facts, name)) return name;
    }
  }
  return undefined;
}

function isHidden(facts: ModelFacts, name: string): boolean {
  const layer = facts.layers.find((candidate) => candidate.name === name);
  if (!layer || !isPlain(layer) || !layer.trainable) return false;
  return facts.outputs.every((output) => output.layer !== name);
}

/** The first hidden layer whose initial bias holds its units, in the flat part of their activation or not. */
export function heldByBias({ firstCount, facts }: DiagnosisWindow): HeldLayer | undefined {
  if (!firstCount || !facts) return undefined;
  const { probe } = firstCount;
  if (!held.has(probe)) held.set(probe, findHeld(facts, probe));
  return held.get(probe);
}

function findHeld(facts: ModelFacts, probe: ProbeRecord): HeldLayer | undefined {
  for (const layer of facts.layers) {
    const { name, initialBias, initialKernel, fanIn = 1 } = layer;
    const bias = initialBias?.mean ?? 0;
    if (Math.abs(bias) < HUGE_BIAS || !initialKernel || !isHidden(facts, name)) continue;
    const probed = probe.layers[name];
    if (!probed) continue;
    const variance = theoryOf(facts).layers.get(name)?.variance;
    // Theory counts the bias in; without it, inputs of mean square 1.
    const random = Math.sqrt(
      variance !== undefined && initialBias
        ? Math.max(0, variance - meanSquare(initialBias))
        : meanSquare(initialKernel) * fanIn,
    );
    if (Math.abs(bias) < HUGE_BIAS_RATIO * random) continue;
    for (const state of ['dead', 'saturated'] as const) {
      const count = state === 'dead' ? probed.deadUnits : probed.saturatedUnits;
      const share = (count ?? 0) / Math.max(1, probed.units);
      if (share >= HELD_SHARE) return { layer, bias, random, state, share };
    }
    const { mean, std } = probed.activation;
    if (bias > 0 && mean > HUGE_BIAS_RATIO * std) {
      return { layer, bias, random, state: 'drowned', share: 1 };
    }
  }
  return undefined;
}

/** A layer whose outputs are far larger than what it is fed. */
export interface LoudLayer {
  layer: LayerFacts;
  /** RMS of its output ÷ that of its input. */
  gain: number;
  /** RMS of what the output layer is fed ÷ that of what the first layer is fed. */
  total: number;
}

function rmsOf(summary: TensorSummary | undefined): number | undefined {
  if (!summary || finiteCount(summary) < summary.count) return undefined;
  const square = meanSquare(summary);
  return square > 0 ? Math.sqrt(square) : undefined;
}

/**
 * The layer that makes signals grow most, where they grow by {@link LARGE_SIGNAL} on the way to the output
 * layer, as the first probe shows it: recurrent states and sums of branches do so with weights that
 * are sound one by one. Undefined for probes that came after the first step.
 */
export function loudestLayer(window: DiagnosisWindow): LoudLayer | undefined {
  const { firstProbe, facts } = window;
  const [output, ...others] = facts?.outputs ?? [];
  if (!facts || !firstProbe || !output || others.length > 0) return undefined;
  if (window.firstProbeStep !== window.firstStep) return undefined;
  const levels = new Map<string, number>();
  for (const { name, summary } of facts.inputs) {
    const level = rmsOf(summary);
    if (level !== undefined) levels.set(name, level);
  }
  let first: number | undefined;
  let last: number | undefined;
  let loudest: { layer: LayerFacts; gain: number } | undefined;
  for (const layer of facts.layers) {
    const fed = layer.inbound.flatMap((name) => levels.get(name) ?? []);
    const before = fed.length > 0 ? Math.max(...fed) : undefined;
    // Layers that are not probed pass on what they are fed.
    const level = rmsOf(firstProbe.layers[layer.name]?.activation) ?? before;
    if (level === undefined) return undefined;
    levels.set(layer.name, level);
    // Indices have no scale: a net that embeds them starts with what that gives.
    if (before === undefined || layer.className === 'Embedding') continue;
    first ??= before;
    if (layer.name === output.layer) last = before;
    else if (layer.fanIn !== undefined && level / before > (loudest?.gain ?? 0)) {
      loudest = { layer, gain: level / before };
    }
  }
  if (first === undefined || last === undefined || !loudest) return undefined;
  const total = last / first;
  return total >= LARGE_SIGNAL && loudest.gain > 1 ? { ...loudest, total } : undefined;
}
