// What values an output can take, by its activation, and which labels lie beyond: those no weights can
// give.
import type { OutputFacts } from '../../facts';
import { FIRST_OCTAVE } from '../../stepRecord';
import { finiteCount } from '../../summary';
import { REACH_ERROR, REACH_ROUNDING, REACH_WARNING } from '../thresholds/data';
import { percent, short } from '../words';
import type { Trait } from './trait';

/** Lowest and highest value of an activation. */
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  sigmoid: [0, 1],
  hardSigmoid: [0, 1],
  softmax: [0, 1],
  tanh: [-1, 1],
  softsign: [-1, 1],
  relu: [0, Infinity],
  relu6: [0, 6],
  softplus: [0, Infinity],
  elu: [-1, Infinity],
  selu: [-1.7581, Infinity],
};

/** True where the output is never negative. */
export function isPositive(activation: string): boolean {
  return RANGES[activation]?.[0] === 0;
}

/** Share of the labels below `lowest` or above `highest`, from the octave histogram: at most what it is. */
function shareBeyond({ labels }: OutputFacts, lowest: number, highest: number): number {
  const n = finiteCount(labels);
  if (n === 0) return 0;
  /** Of values of one sign: those in octaves that lie beyond the limit as a whole, the largest at least. */
  const beyond = (counts: readonly number[], limit: number, extreme: number): number => {
    if (extreme <= limit + REACH_ROUNDING) return 0;
    // Every non-zero value is beyond 0.
    const first = limit <= 0 ? 0 : Math.ceil(Math.log2(limit) - 1e-9) - FIRST_OCTAVE;
    const sum = counts.slice(Math.max(0, first)).reduce((total, count) => total + count, 0);
    return Math.max(1, sum);
  };
  const { positive, negative } = labels.histogram;
  return (beyond(positive, highest, labels.max) + beyond(negative, -lowest, -labels.min)) / n;
}

/** Labels of a regression that the output cannot reach. */
export function reachTrait(output: OutputFacts): Trait | undefined {
  const { activation, labels, layer } = output;
  const [lowest, highest] = RANGES[activation] ?? [-Infinity, Infinity];
  const share = shareBeyond(output, lowest, highest);
  if (share === 0) return undefined;
  const severity =
    share >= REACH_ERROR ? 'error' : share >= REACH_WARNING ? 'warning' : 'information';
  const range =
    highest === Infinity ? `above ${short(lowest)}` : `${short(lowest)} … ${short(highest)}`;
  return {
    severity: () => severity,
    statement: {
      layer,
      evidence: {
        measured: share,
        threshold: REACH_WARNING,
        unit: 'share of labels out of reach',
        window: finiteCount(labels),
      },
      message:
        `${layer} ends in ${activation}, whose outputs lie ${highest === Infinity ? '' : 'in '}${range}, but the labels reach from ` +
        `${short(labels.min)} to ${short(labels.max)}: ${percent(share)} of them cannot be met by any weights.`,
      remedies: [
        {
          id: 'change-output',
          title: `Make ${layer} linear.`,
          layers: [layer],
          values: { activation: 'linear' },
        },
        {
          id: 'scale-data',
          title: `Or scale the labels into the range of ${activation}.`,
          values: { of: 'labels' },
        },
      ],
    },
  };
}
