// Numbers after the way through VS Code: messages are JSON there, so NaN and ±Infinity in plain
// numbers arrive as null. Typed arrays travel apart and keep them.
import type { EpochRecord } from '../../src/shared/core/run';
import type { RunView } from '../../src/shared/protocol/panel';

function restored(value: number | null): number {
  return value ?? NaN;
}

/** Epoch metrics, with what was not finite as NaN. */
export function restoreEpochs(epochs: readonly EpochRecord[]): EpochRecord[] {
  return epochs.map((epoch) => ({
    ...epoch,
    metrics: Object.fromEntries(
      Object.entries(epoch.metrics).map(([name, value]) => [name, restored(value)]),
    ),
  }));
}

/** A run's view, with evidence that was not finite as NaN. */
export function restoreView(view: RunView): RunView {
  return {
    ...view,
    findings: view.findings.map((finding) => ({
      ...finding,
      evidence: {
        ...finding.evidence,
        measured: restored(finding.evidence.measured),
        threshold: restored(finding.evidence.threshold),
      },
    })),
  };
}
