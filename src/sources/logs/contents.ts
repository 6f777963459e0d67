// What a log holds and what it does not, in words: exact, estimated, left out. Told once, beside the run.
import type { Notice } from '../../shared/core/run';
import type { ConvertedHistogram } from '../../shared/tensorboard/octaves';

/** How the histograms of one tensor could be converted. */
interface Conversion {
  elements: number;
  estimated: number;
  exactMoments: boolean;
}

/** Names that are listed in words. */
const LISTED = 5;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, LISTED).join(', ');
  return names.length > LISTED ? `${shown} and ${names.length - LISTED} more` : shown;
}

function percent(share: number): string {
  return share > 0 && share < 0.01 ? 'less than 1 %' : `${Math.round(100 * share)} %`;
}

/** Counts while a log is read. */
export class LogContents {
  private readonly conversions = new Map<string, Conversion>();
  private readonly unknown = new Set<string>();
  gradients = false;
  weights = false;
  normsOnly = false;
  loss = false;
  /** Values for steps that had gone by. */
  late = 0;
  /** Records and values that could not be read. */
  damaged = 0;
  /** Steps are shown from 1, and the log counts from 0. */
  isFromZero = false;
  /** Files that logged the same value for the same step, at most. */
  workers = 1;
  leftOut = 0;

  noteHistogram(name: string, converted: ConvertedHistogram): void {
    const { summary, interpolated, exactMoments } = converted;
    const known = this.conversions.get(name) ?? { elements: 0, estimated: 0, exactMoments: true };
    known.elements += summary.count;
    known.estimated += interpolated * summary.count;
    known.exactMoments &&= exactMoments;
    this.conversions.set(name, known);
  }

  noteUnknown(tag: string): void {
    if (this.unknown.size < 1000) this.unknown.add(tag);
  }

  /** How exact the numbers of a tensor are; undefined where none of its histograms was read. */
  exactness(tensor: string): string | undefined {
    const parts = (['gradient', 'weight'] as const).flatMap((part) => {
      const words = this.words(`${part} ${tensor}`);
      return words === undefined ? [] : [`${part}: ${words}`];
    });
    return parts.length > 0 ? parts.join('; ') : undefined;
  }

  private words(name: string): string | undefined {
    const known = this.conversions.get(name);
    if (!known) return undefined;
    const octaves =
      known.estimated === 0
        ? 'octaves exact'
        : `octaves of ${percent(known.estimated / Math.max(1, known.elements))} of the elements interpolated`;
    return `${octaves}, mean, deviation and norm ${known.exactMoments ? 'exact' : 'estimated from the buckets'}`;
  }

  /** What users should know of the log. */
  notices(): Notice[] {
    const notice = (code: string, message: string | false): Notice[] =>
      message === false ? [] : [{ code, message }];
    return [
      ...notice('log-contents', this.missing()),
      ...notice('log-exactness', this.conversion()),
      ...notice(
        'log-steps',
        this.isFromZero &&
          'This log counts steps from 0. They are shown from 1, as everywhere in Gradient Lens.',
      ),
      ...notice(
        'log-workers',
        this.workers > 1 &&
          `Up to ${this.workers} files logged the same values for the same steps, as workers of a distributed training do: ` +
            'losses and metrics are their means, histograms hold the elements of all.',
      ),
      ...notice('log-left-out', this.leftOutWords()),
    ];
  }

  private missing(): string | false {
    if (this.gradients) {
      if (this.weights) return false;
      const what = this.normsOnly
        ? 'norms of gradients, no distributions, and no'
        : 'gradients, but no';
      return `This log holds ${what} weights: what compares the two (update ratios, the effect on the loss) is not judged.`;
    }
    return (
      `This log holds no gradients${this.loss ? '' : ' and no loss'}: only what is there is judged. ` +
      'Log a histogram of each gradient as `gradients/<layer>/<tensor>` to see them here.'
    );
  }

  private conversion(): string | false {
    const all = [...this.conversions.values()];
    if (all.length === 0) return false;
    const estimated = all.filter((one) => one.estimated > 0);
    const moments = all.filter((one) => !one.exactMoments);
    const sum = (of: keyof Pick<Conversion, 'elements' | 'estimated'>): number =>
      all.reduce((total, one) => total + one[of], 0);
    const share = percent(sum('estimated') / Math.max(1, sum('elements')));
    const octaves =
      estimated.length === 0
        ? 'All histograms fit the octaves exactly'
        : `The buckets of ${estimated.length} of ${all.length} tensors do not fit the octaves: ${share} of all elements are interpolated`;
    const rest =
      moments.length === 0
        ? 'means, deviations and norms are exact'
        : `means, deviations and norms of ${moments.length} tensors are estimated from the buckets, whose outer edges (minimum and maximum) are exact`;
    return `${octaves}; ${rest}.`;
  }

  private leftOutWords(): string | false {
    const parts = [
      this.damaged > 0 && `${this.damaged} damaged records or values`,
      this.late > 0 &&
        `${this.late} values of steps that had been logged before (a training that was resumed, or a worker that lags behind)`,
      this.unknown.size > 0 &&
        `histograms that are neither gradients nor weights by their names (${listed([...this.unknown])})`,
      this.leftOut > 0 &&
        `${this.leftOut} values beyond the number of metrics and layers that are shown`,
    ].filter((part) => part !== false);
    return parts.length > 0 && `Left out: ${parts.join('; ')}.`;
  }
}
