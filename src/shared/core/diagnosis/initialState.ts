// What the first probes show of the initial weights: units that are copies of each other, and units
// that a bias holds where their activation is flat.
import type { LayerFacts, ModelFacts } from '../facts';
import { isPlain } from '../theory/chain';
import { meanSquare } from '../theory/initializers';
import { theoryOf } from '../theory/expectation';
import {
  HELD_SHARE,
  HUGE_BIAS,
  HUGE_BIAS_RATIO,
  IDENTICAL_STEPS,
} from './thresholds/initialization';
import type { DiagnosisWindow } from './window';

/** A layer whose bias outweighs its inputs. */
export interface HeldLayer {
  layer: LayerFacts;
  /** Mean of the bias, and deviation of what the weights add to it. */
  bias: number;
  random: number;
  state: 'dead' | 'saturated';
  /** Share of its units in that state on the first probe. */
  share: number;
}

/**
 * The first hidden layer whose units are equal on every sample of the first probe and still are on a
 * later one. Not where they are silent or saturated: that has reasons of its own.
 */
export function identicalLayer(window: DiagnosisWindow): string | undefined {
  const { firstProbe, probe, facts } = window;
  if (!facts || !firstProbe || !probe || probe === firstProbe) return undefined;
  if (window.steps < IDENTICAL_STEPS) return undefined;
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

/** The first hidden layer that its initial bias holds in the flat part of its activation. */
export function heldByBias(window: DiagnosisWindow): HeldLayer | undefined {
  const { firstProbe, facts } = window;
  if (!firstProbe || !facts) return undefined;
  for (const layer of facts.layers) {
    const { name, initialBias, initialKernel, fanIn = 1 } = layer;
    const bias = initialBias?.mean ?? 0;
    if (Math.abs(bias) < HUGE_BIAS || !initialKernel || !isHidden(facts, name)) continue;
    const probed = firstProbe.layers[name];
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
  }
  return undefined;
}
