// How a training goes, in one line: step, epoch, loss, the range of the gradient norms over the layers,
// speed and time left. What matters least is left out where the line is narrow.
import type { StepRecord } from '../../shared/core/stepRecord';
import { count, duration, shortNumber } from './numbers';
import type { Part } from './terminal';

/** What a line is made from. */
export interface Progress {
  record: StepRecord;
  maxSteps?: number;
  epochs?: number;
  stepsPerEpoch?: number;
  stepsPerSecond?: number;
}

/** Steps that the run will take, as far as it is known. */
function totalSteps({ maxSteps, epochs, stepsPerEpoch }: Progress): number | undefined {
  const planned =
    epochs !== undefined && stepsPerEpoch !== undefined ? epochs * stepsPerEpoch : undefined;
  if (maxSteps === undefined || planned === undefined) return maxSteps ?? planned;
  return Math.min(maxSteps, planned);
}

/** `3.1e-7 … 0.54`, or what is not finite. */
function gradientRange({ layers }: StepRecord): string | undefined {
  const gradients = Object.values(layers).map(({ gradient }) => gradient);
  if (gradients.length === 0) return undefined;
  if (gradients.some(({ nans }) => nans > 0)) return 'NaN';
  if (gradients.some(({ posInfs, negInfs }) => posInfs + negInfs > 0)) return 'Infinity';
  const norms = gradients.map(({ norm }) => norm);
  const [low, high] = [Math.min(...norms), Math.max(...norms)].map((norm) => shortNumber(norm, 2));
  return low === high ? high : `${low} … ${high}`;
}

/** `epoch  3/10`, as wide as the last one. */
function epochOf(epoch: number, epochs: number | undefined): string {
  if (epochs === undefined) return `epoch ${epoch}`;
  return `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`;
}

/** The parts of the line, most important first, as long as they fit `width`. */
export function progressLine(progress: Progress, width: number): Part[] {
  const { record, epochs, stepsPerSecond: pace } = progress;
  const total = totalSteps(progress);
  const steps = count(record.step).padStart(total === undefined ? 0 : count(total).length);
  const range = gradientRange(record);
  const metrics = Object.entries(record.metrics).filter(([name]) => !name.startsWith('val_'));
  const left = total !== undefined && pace ? (total - record.step) / pace : undefined;
  const loss = shortNumber(record.loss, 4);
  const isBroken = record.loss !== undefined && !Number.isFinite(record.loss);
  // In the order of the line; `rank`: the lower, the longer it stays.
  const parts: (Part & { rank: number })[] = [
    { text: `step ${steps}${total === undefined ? '' : `/${count(total)}`}`, rank: 0 },
    ...(record.epoch === undefined ? [] : [{ text: epochOf(record.epoch, epochs), rank: 3 }]),
    { text: `loss ${loss}`, rank: 1, style: isBroken ? 'error' : 'strong' },
    ...metrics.map(([name, value], i) => ({ text: `${name} ${shortNumber(value)}`, rank: 6 + i })),
    ...(range === undefined ? [] : [{ text: `‖g‖ ${range}`, rank: 2 }]),
    ...(pace === undefined ? [] : [{ text: `${shortNumber(pace)} steps/s`, rank: 4 }]),
    ...(left === undefined ? [] : [{ text: `${duration(left)} left`, rank: 5 }]),
  ];
  const kept = [...parts].sort((a, b) => a.rank - b.rank);
  const lengthOf = () => kept.reduce((sum, { text }) => sum + text.length + 2, -2);
  while (kept.length > 1 && lengthOf() >= width) kept.pop();
  return parts
    .filter((part) => kept.includes(part))
    .flatMap(({ text, style }, i): Part[] => [
      ...(i > 0 ? [{ text: '  ' }] : []),
      { text, ...(style !== undefined && { style }) },
    ]);
}
