// What every part of the page offers to the draw loop, and what the page offers to its parts.
import type { FromPanel } from '../../../src/shared/protocol/panel';
import type { Theme } from '../paint/theme';
import type { PanelState } from '../state';
import type { ViewSettings } from '../settings';

/** Everything a frame is drawn from. */
export interface Frame {
  state: PanelState;
  settings: Readonly<ViewSettings>;
  theme: Theme;
  /** Counts up when the theme or the window's size changed: everything is repainted. */
  generation: number;
}

export interface PageActions {
  post(message: FromPanel): void;
  change(settings: Partial<ViewSettings>): void;
  /** Selects a layer and scrolls to it; `undefined` closes the detail. */
  select(layer: string | undefined): void;
  /** Asks for a frame: something only the view itself knows of changed (hover, open table). */
  invalidate(): void;
}

export interface View {
  readonly root: HTMLElement;
  draw(frame: Frame): void;
}
