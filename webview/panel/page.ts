// The page: builds its parts once, and draws them in one loop from state, settings and theme.
import type { FromPanel, ShownStep } from '../../src/shared/protocol/panel';
import { Announcer } from './announcer';
import { element } from './dom';
import { type FrameLoop, createFrameLoop } from './frameLoop';
import { type Theme, observeTheme, readTheme } from './paint/theme';
import { INITIAL_STATE, type PanelState, type StateMessage, reduce } from './state';
import { BannersView } from './views/bannersView';
import { CurvesView } from './views/curvesView';
import { EmptyView } from './views/emptyView';
import { FindingsView } from './views/findingsView';
import { HeaderView } from './views/headerView';
import { LayersView } from './views/layersView';
import { NormMapView } from './views/normMapView';
import type { PageActions, View } from './views/view';
import { changeSettings, clearSelection, getSettings } from './vscodeApi';

export class Page {
  private state: PanelState = INITIAL_STATE;
  private theme: Theme = readTheme();
  private generation = 0;
  private readonly views: readonly View[];
  private readonly layers: LayersView;
  private readonly announcer = new Announcer();
  readonly loop: FrameLoop;
  /** Layer to bring into view once it is drawn. */
  private scrollTarget: string | undefined;

  constructor(root: HTMLElement, post: (message: FromPanel) => void) {
    this.loop = createFrameLoop(() => this.draw());
    const actions: PageActions = {
      post,
      change: (settings) => {
        changeSettings(settings);
        this.loop.invalidate();
      },
      select: (layer) => this.select(layer),
      invalidate: () => this.loop.invalidate(),
    };
    this.layers = new LayersView(actions);
    const header = new HeaderView(actions);
    const banners = new BannersView(actions);
    const empty = new EmptyView();
    const findings = new FindingsView(actions);
    const curves = new CurvesView(actions);
    const map = new NormMapView(actions);
    this.views = [header, banners, empty, findings, curves, map, this.layers];
    const main = element(
      'main',
      'cards',
      {},
      findings.root,
      element('div', 'charts', {}, curves.root, map.root),
      this.layers.root,
    );
    root.append(header.root, banners.root, empty.root, main, this.announcer.root);
    observeTheme(() => {
      this.theme = readTheme();
      this.repaint();
    });
    // What sticks below the header needs to know how high it is now.
    new ResizeObserver(() => {
      root.style.setProperty('--header-height', `${header.root.offsetHeight}px`);
    }).observe(header.root);
    let width = root.clientWidth;
    new ResizeObserver(() => {
      // Growing lists change the height all the time; only the width makes pictures outdated.
      if (root.clientWidth === width) return;
      width = root.clientWidth;
      this.repaint();
    }).observe(root);
    window.addEventListener('resize', () => this.repaint());
    window.addEventListener('scroll', () => this.loop.invalidate(), { passive: true });
    this.loop.invalidate();
  }

  /** Applies a snapshot or an update of the host. */
  apply(message: StateMessage): void {
    const before = this.state.view?.cursor;
    this.state = reduce(this.state, message);
    this.follow(before);
    const runId = this.state.view?.id;
    if (runId !== undefined && runId !== getSettings().runId) changeSettings({ runId });
    this.announcer.update(this.state);
    this.loop.invalidate();
  }

  /** Selects a layer and brings it into the window. */
  select(layer: string | undefined): void {
    if (layer === undefined) clearSelection();
    else changeSettings({ selectedLayer: layer, filter: this.filterThatShows(layer) });
    this.scrollTarget = layer;
    this.loop.invalidate();
  }

  /** Keeps the layer that a debugger stops in within the window, and in the detail where one is open. */
  private follow(before: ShownStep | undefined): void {
    const { step, layer, phase } = this.state.view?.cursor ?? {};
    const isSame = before?.step === step && before?.layer === layer && before?.phase === phase;
    if (layer === undefined || isSame) return;
    if (getSettings().selectedLayer === undefined) this.scrollTarget = layer;
    else this.select(layer);
  }

  /** The filter as it is, or none where it would hide the layer. */
  private filterThatShows(layer: string): string {
    const { filter } = getSettings();
    return layer.toLowerCase().includes(filter.trim().toLowerCase()) ? filter : '';
  }

  private repaint(): void {
    this.generation++;
    this.loop.invalidate();
  }

  private draw(): void {
    const frame = {
      state: this.state,
      settings: getSettings(),
      theme: this.theme,
      generation: this.generation,
    };
    for (const view of this.views) view.draw(frame);
    if (this.scrollTarget === undefined) return;
    this.layers.reveal(this.scrollTarget);
    this.scrollTarget = undefined;
  }
}
