// The page: builds its parts once, and draws them in one loop from state, settings and theme.
import type { FromComparePage, ToComparePage } from '../../../src/shared/protocol/compare';
import { element, setHidden, setText } from '../dom';
import { createFrameLoop } from '../frameLoop';
import { observeTheme, readTheme, type Theme } from '../paint/theme';
import type { CompareActions, CompareFrame, CompareView } from './frame';
import { HeaderView } from './headerView';
import { HistogramsView, shownLayer } from './histogramsView';
import { LegendView } from './legendView';
import { MapsView } from './mapsView';
import { namesOf } from './names';
import { OverlayView } from './overlayView';
import { runStyle } from './runStyle';
import { axisOfStep, stepOfAxis } from './series';
import type { Alignment, CompareSettings } from './settings';
import { INITIAL_STATE, reduce, type CompareState } from './state';
import { TableView } from './tableView';

/** Where settings are kept over a reload. */
export interface SettingsStore {
  get(): Readonly<CompareSettings>;
  set(settings: CompareSettings): void;
}

export class ComparePage {
  private state: CompareState = INITIAL_STATE;
  private theme: Theme = readTheme();
  private generation = 0;
  private readonly views: readonly CompareView[];
  private readonly empty = element('section', 'empty');
  private readonly emptyTitle = element('h2', 'empty-title');
  private readonly emptyText = element('p');
  private readonly main: HTMLElement;
  private readonly loop = createFrameLoop(() => this.draw());
  /** What was asked of the host last. */
  private asked = '';

  constructor(
    root: HTMLElement,
    private readonly post: (message: FromComparePage) => void,
    private readonly store: SettingsStore,
  ) {
    const actions: CompareActions = {
      post,
      change: (settings) => this.change(settings),
      align: (alignment) => this.align(alignment),
      look: (at) => this.look(at),
      invalidate: () => this.loop.invalidate(),
    };
    const legend = new LegendView(actions);
    const header = new HeaderView(actions, legend.root);
    const curves = new OverlayView(actions);
    const histograms = new HistogramsView(actions);
    const table = new TableView(actions);
    const maps = new MapsView(actions);
    this.views = [header, legend, curves, table, maps, histograms];
    this.empty.append(this.emptyTitle, this.emptyText);
    this.main = element(
      'main',
      'cards',
      {},
      element('div', 'charts', {}, curves.root, histograms.root),
      table.root,
      maps.root,
    );
    root.append(header.root, this.empty, this.main);
    observeTheme(() => {
      this.theme = readTheme();
      this.repaint();
    });
    let width = root.clientWidth;
    new ResizeObserver(() => {
      if (root.clientWidth === width) return;
      width = root.clientWidth;
      this.repaint();
    }).observe(root);
    this.loop.invalidate();
  }

  /** Applies a message of the host. */
  apply(message: ToComparePage): void {
    this.state = reduce(this.state, message);
    if (message.type === 'comparison') this.keepRuns();
    this.loop.invalidate();
  }

  /** Which runs to bring back after a reload, by slot. */
  private keepRuns(): void {
    const runs: (string | null)[] = [];
    for (const { slot, summary } of this.state.runs) runs[slot] = summary.id;
    const slots = Array.from(runs, (id) => id ?? null);
    if (slots.join('\n') !== this.store.get().runs.join('\n')) this.change({ runs: slots });
  }

  private change(settings: Partial<CompareSettings>): void {
    this.store.set({ ...this.store.get(), ...settings });
    this.loop.invalidate();
  }

  private look(at: number | undefined): void {
    const settings = { ...this.store.get() };
    delete settings.at;
    this.store.set(at === undefined ? settings : { ...settings, at });
    this.loop.invalidate();
  }

  /** The step that is looked at becomes the time of the first run that has it, and the other way round. */
  private align(alignment: Alignment): void {
    const { at, alignment: before } = this.store.get();
    const series = [...this.state.series.values()].find(({ step }) => step.length > 0);
    if (at !== undefined && before !== alignment && series) {
      const step = stepOfAxis(series, at, before);
      this.change({ alignment, at: axisOfStep(series, step, alignment) });
    } else {
      this.change({ alignment });
    }
  }

  private repaint(): void {
    this.generation++;
    this.loop.invalidate();
  }

  private frame(): CompareFrame {
    const settings = this.store.get();
    const { state, theme } = this;
    const names = namesOf(state.runs.map(({ summary }) => summary));
    const runs = state.runs.map((run) => {
      const { id } = run.summary;
      return {
        ...{ id, run, name: names.get(id) ?? id, style: runStyle(run.slot, theme) },
        series: state.series.get(id),
        isBaseline: id === state.baseline,
        isHidden: settings.hidden.includes(id),
      };
    });
    const shown = runs.filter(({ isHidden }) => !isHidden);
    return { state, settings, theme, runs, shown, generation: this.generation };
  }

  private draw(): void {
    const frame = this.frame();
    const count = frame.runs.length;
    setHidden(this.main, count === 0);
    setHidden(this.empty, count > 1);
    setText(this.emptyTitle, emptyTitle(this.state));
    setText(this.emptyText, emptyText(this.state));
    this.empty.classList.toggle('empty-brief', count === 1);
    for (const view of this.views) view.draw(frame);
    this.ask(frame);
  }

  /** Asks for the histograms that are to be shown, where they are others than before. */
  private ask(frame: CompareFrame): void {
    const { settings, runs } = frame;
    const layer = shownLayer(frame);
    if (layer === undefined) return;
    const { at: place, quantity, alignment } = settings;
    const at =
      place === undefined
        ? []
        : runs.flatMap(({ id, series }) =>
            series && series.step.length > 0
              ? [{ run: id, step: stepOfAxis(series, place, alignment) }]
              : [],
          );
    const asked = JSON.stringify([layer, quantity, place === undefined ? null : at]);
    if (asked === this.asked) return;
    this.asked = asked;
    this.post({ type: 'look', layer, quantity, at });
  }
}

function emptyTitle({ known, runs }: CompareState): string {
  if (!known) return 'Compare runs';
  return runs.length === 0 ? 'No runs to compare' : 'One run so far';
}

function emptyText({ known, runs }: CompareState): string {
  if (!known) return 'Waiting for the runs…';
  return runs.length === 0
    ? 'Add runs with the + above, or select some in the Runs view and choose Compare Runs.'
    : 'Add others with the + above to lay them over this one.';
}
