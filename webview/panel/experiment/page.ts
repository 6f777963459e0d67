// The page of an experiment: a sweep with its plot and table, or a range test with its curve.
import type {
  FromExperimentPage,
  ShownExperiment,
  ShownRateTest,
  ShownSweep,
} from '../../../src/shared/protocol/experiment';
import { element } from '../dom';
import { createFrameLoop } from '../frameLoop';
import { observeTheme, readTheme, type Theme } from '../paint/theme';
import { ExperimentHeader } from './header';
import { ParallelView } from './parallelView';
import { RateView } from './rateView';
import { TrialsTable } from './trialsTable';
import { announcement } from './words';

/** Sends to the host. */
export type Ask = (message: FromExperimentPage) => void;

/** Built once; what the host sends replaces what was there. */
export class ExperimentPage {
  private readonly header: ExperimentHeader;
  private readonly plot: ParallelView;
  private readonly table: TrialsTable;
  private readonly rates = new RateView(() => this.loop.invalidate());
  private readonly main = element('main', 'cards');
  private readonly status = element('div', 'visually-hidden', { role: 'status' });
  private readonly loop = createFrameLoop(() => this.draw());
  private theme: Theme = readTheme();
  private shown: ShownExperiment | undefined;
  private said = '';

  constructor(root: HTMLElement, ask: Ask) {
    this.header = new ExperimentHeader(ask, () => this.table.chosen);
    this.plot = new ParallelView({
      highlight: (trial) => this.highlight(trial),
      open: (trial) => ask({ type: 'openTrial', trial }),
      invalidate: () => this.loop.invalidate(),
    });
    this.table = new TrialsTable({
      highlight: (trial) => this.highlight(trial),
      open: (trial) => ask({ type: 'openTrial', trial }),
      chosen: () => this.header.choose(this.table.chosen.length),
    });
    root.append(this.header.root, this.main, this.status);
    observeTheme(() => {
      this.theme = readTheme();
      this.loop.invalidate();
    });
    new ResizeObserver(() => this.loop.invalidate()).observe(root);
  }

  show(shown: ShownExperiment): void {
    if (this.shown?.kind !== shown.kind) {
      const parts = shown.kind === 'sweep' ? [this.plot.root, this.table.root] : [this.rates.root];
      this.main.replaceChildren(...parts);
    }
    this.shown = shown;
    this.header.show(shown);
    if (shown.kind === 'sweep') this.showSweep(shown);
    else this.rates.show(shown);
    const words = announcement(shown);
    if (words !== this.said) {
      this.said = words;
      this.status.textContent = words;
    }
    this.loop.invalidate();
  }

  private showSweep(sweep: ShownSweep): void {
    this.plot.show(sweep);
    this.table.show(sweep);
  }

  private highlight(trial: number | undefined): void {
    this.plot.highlight(trial);
    this.table.highlight(trial);
    this.loop.invalidate();
  }

  private draw(): void {
    const shown: ShownSweep | ShownRateTest | undefined = this.shown;
    if (!shown) return;
    if (shown.kind === 'sweep') this.plot.draw(this.theme);
    else this.rates.draw(this.theme);
  }
}
