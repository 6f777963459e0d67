// A breakpoint on layers, by the line that builds them or by name: where on the walk it stops or logs.
import { ExpressionError } from '../expression/expressionError';
import { namesOf } from '../expression/names';
import { layerOf, reachAt, type Phase } from '../walk/phases';
import type { Mark, SteppedStep } from './mark';
import type { Trigger } from './trigger';

/**
 * The marks of one breakpoint in a step. It stops at every forward and backward call of its layers where its
 * condition holds; what the walk has not reached is undefined there, so that a condition on a gradient stops
 * in the backward pass. A message is logged once per step and layer, when all is known.
 */
export function layerMarks(
  id: number,
  reason: 'breakpoint' | 'function breakpoint',
  layers: readonly string[],
  trigger: Trigger,
  step: SteppedStep,
): Mark[] {
  const marks: Mark[] = [];
  trigger.begin(step.record.step, step.isGlance);
  const last = lastPhases(step.phases);
  step.phases.forEach((phase, index) => {
    const layer = layerOf(phase);
    if (layer === undefined || !layers.includes(layer)) return;
    if (trigger.logs && last.get(layer) !== index) return;
    const reach = trigger.logs ? undefined : reachAt(step.phases, index);
    const names = namesOf(step, { layer, phase: phase.type, ...(reach && { reach }) });
    try {
      if (!trigger.isMet(names) || !trigger.hit()) return;
      if (trigger.logs) {
        marks.push({ phase: index, type: 'log', text: trigger.message(names), breakpoint: id });
      } else {
        marks.push({ phase: index, type: 'stop', reason, breakpoint: id });
      }
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      marks.push({ phase: index, type: 'trouble', text: error.message, breakpoint: id });
    }
  });
  return marks;
}

/** The last phase of each layer. */
function lastPhases(phases: readonly Phase[]): Map<string, number> {
  const last = new Map<string, number>();
  phases.forEach((phase, index) => {
    const layer = layerOf(phase);
    if (layer !== undefined) last.set(layer, index);
  });
  return last;
}
