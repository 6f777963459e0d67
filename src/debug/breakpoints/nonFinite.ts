// Where in the walk through a step the first number that is not finite stands.
import type { StepRecord, TensorSummary } from '../../shared/core/stepRecord';
import { nonFiniteCount } from '../../shared/core/summary';
import type { Phase } from '../walk/phases';

const isBroken = (summary: TensorSummary | undefined): boolean =>
  summary !== undefined && nonFiniteCount(summary) > 0;

/** Index of the first phase that yields a NaN or an infinity, and what of it; undefined where none does. */
export function firstNonFinite(
  record: StepRecord,
  phases: readonly Phase[],
): { phase: number; what: string } | undefined {
  for (const [index, phase] of phases.entries()) {
    const what = brokenIn(record, phase);
    if (what !== undefined) return { phase: index, what };
  }
  return undefined;
}

function brokenIn(record: StepRecord, phase: Phase): string | undefined {
  switch (phase.type) {
    case 'data':
      return undefined;
    case 'forward':
      return isBroken(record.layers[phase.layer]?.activation)
        ? `the output of ${phase.layer}`
        : undefined;
    case 'loss':
      return record.loss !== undefined && !Number.isFinite(record.loss) ? 'the loss' : undefined;
    case 'backward': {
      const layer = record.layers[phase.layer];
      if (isBroken(layer?.activationGradient)) return `the δ of ${phase.layer}`;
      return isBroken(layer?.gradient) ? `the gradient of ${phase.layer}` : undefined;
    }
    case 'update': {
      const broken = Object.entries(record.layers).find(([, layer]) => isBroken(layer.weight));
      return broken && `the weight of ${broken[0]}`;
    }
  }
}
