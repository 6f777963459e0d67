// The walk through one step: which phases it has, in the order in which the step computed them.
import type { Reach } from '../expression/names';
import type { LayerInfo } from '../../shared/core/run';
import type { LayerCall, StepRecording } from '../../shared/core/recording';
import type { StepRecord } from '../../shared/core/stepRecord';

/** A part of an optimizer step. `call` counts from 0 the calls of a layer that the step calls more than once. */
export type Phase =
  | { type: 'data' }
  | { type: 'forward'; layer: string; call: number }
  | { type: 'loss' }
  | { type: 'backward'; layer: string; call: number }
  /** The optimizer's update; the end of the step. */
  | { type: 'update' };

/**
 * The phases of a step, in order: data, forward layer by layer, loss, backward layer by layer, update. Of a
 * step that was not recorded in full the order of the layers is that of the model, each called once.
 */
export function phasesOf(
  record: Pick<StepRecord, 'layers'>,
  layers: readonly LayerInfo[],
  recording?: StepRecording,
): Phase[] {
  const known = layers
    .filter(({ name }) => Object.hasOwn(record.layers, name))
    .map(({ name }) => ({ layer: name, call: 0 }));
  const forward: readonly LayerCall[] = recording?.forward.length ? recording.forward : known;
  const backward: readonly LayerCall[] = recording?.backward.length
    ? recording.backward
    : [...forward].reverse();
  return [
    { type: 'data' },
    ...forward.map(({ layer, call }) => ({ type: 'forward' as const, layer, call })),
    { type: 'loss' },
    ...backward.map(({ layer, call }) => ({ type: 'backward' as const, layer, call })),
    { type: 'update' },
  ];
}

/** The layer that a phase is about. */
export function layerOf(phase: Phase | undefined): string | undefined {
  return phase && 'layer' in phase ? phase.layer : undefined;
}

/** `forward of dense_1`; of later calls `forward of dense_1, call 2`. */
export function phaseWords(phase: Phase): string {
  if (!('layer' in phase)) return phase.type;
  const call = phase.call > 0 ? `, call ${phase.call + 1}` : '';
  return `${phase.type} of ${phase.layer}${call}`;
}

/** What a walk that stands at phase `index` has reached: the loss; output or gradient of a layer's last call. */
export function reachAt(phases: readonly Phase[], index: number): Reach {
  return (layer, part) => {
    if (part === 'loss') return !phases.some((phase, i) => i > index && phase.type === 'loss');
    const type = part === 'activation' ? 'forward' : 'backward';
    return !phases.some((phase, i) => i > index && phase.type === type && layerOf(phase) === layer);
  };
}
