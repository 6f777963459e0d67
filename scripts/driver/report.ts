// What `npm start` prints of a run when there is no window to look at: one line as it goes, a table
// of its layers and its findings at the end.
import type { Finding } from '../../src/shared/core/finding';
import type { LayerInfo } from '../../src/shared/core/run';
import type { StepRecord, TensorSummary } from '../../src/shared/core/stepRecord';

/** Four significant digits, or what is wrong with the number. */
function short(value: number | undefined): string {
  if (value === undefined) return '–';
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size === 0 || (size >= 1e-3 && size < 1e4)
    ? String(Number(value.toPrecision(4)))
    : value.toExponential(2);
}

/** e.g. `step  20/60  loss 0.8123  acc 0.75  gradient norms 3.1e-2 … 0.54  (4.2 steps/s)`. */
export function progressLine(record: StepRecord, maxSteps: number): string {
  const norms = Object.values(record.layers).map(({ gradient }) => gradient.norm);
  const metrics = Object.entries(record.metrics).map(
    ([name, value]) => `  ${name} ${short(value)}`,
  );
  const pace = record.seconds > 0 ? `  (${(record.step / record.seconds).toFixed(1)} steps/s)` : '';
  const range = `${short(Math.min(...norms))} … ${short(Math.max(...norms))}`;
  const gradients = norms.length > 0 ? `  gradient norms ${range}` : '';
  const step = String(record.step).padStart(String(maxSteps).length);
  return `step ${step}/${maxSteps}  loss ${short(record.loss)}${metrics.join('')}${gradients}${pace}`;
}

/** Columns as wide as their widest cell; the first one to the left, the others to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  '),
  );
}

/** The norm, or what keeps a tensor from having one. */
function normOf(summary: TensorSummary | undefined): string {
  if (!summary) return '–';
  if (summary.nans > 0) return 'NaN';
  return summary.posInfs + summary.negInfs > 0 ? 'Infinity' : short(summary.norm);
}

/** One row per layer: where it is built, and its gradient at its first and its last step. */
export function layerTable(layers: readonly LayerInfo[], steps: readonly StepRecord[]): string[] {
  const head = [
    'layer',
    'class',
    'line',
    'gradient at its first',
    'and last step',
    'weight norm',
    '|Δw|/|w|',
  ];
  const rows = layers.map(({ name, className, line }) => {
    // Of two optimizers in turn, each updates layers of its own.
    const updates = steps.flatMap((step) => step.layers[name] ?? []);
    const [before, after] = [updates[0], updates.at(-1)];
    return [
      name,
      className,
      line === undefined ? '–' : String(line),
      normOf(before?.gradient),
      normOf(after?.gradient),
      normOf(after?.weight),
      normOf(after?.weight) === 'NaN' ? 'NaN' : short(after?.updateRatio),
    ];
  });
  return table([head, ...rows]);
}

/** One line per finding, or the sentence that there is none. */
export function findingLines(findings: readonly Finding[], steps: number): string[] {
  if (findings.length === 0) return [`No problems found in ${steps} steps.`];
  return findings.map(({ severity, rule, message, location }) => {
    const place = location ? ` (line ${location.line})` : '';
    return `${severity}: ${rule}${place}: ${message}`;
  });
}
