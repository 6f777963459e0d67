// What a frame of the page is drawn from, and what its parts can ask for.
import type {
  ComparedRun,
  ComparedSeries,
  FromComparePage,
} from '../../../src/shared/protocol/compare';
import type { Theme } from '../paint/theme';
import type { RunStyle } from './runStyle';
import type { Alignment, CompareSettings } from './settings';
import type { CompareState } from './state';

/** A run as the parts draw it. */
export interface DrawnRun {
  id: string;
  run: ComparedRun;
  name: string;
  style: RunStyle;
  series: ComparedSeries | undefined;
  isBaseline: boolean;
  isHidden: boolean;
}

export interface CompareFrame {
  state: CompareState;
  settings: Readonly<CompareSettings>;
  theme: Theme;
  /** All runs, in the order of the comparison. */
  runs: readonly DrawnRun[];
  /** Those that are not hidden. */
  shown: readonly DrawnRun[];
  /** Counts up when the theme or the window's size changed: everything is repainted. */
  generation: number;
}

export interface CompareActions {
  post(message: FromComparePage): void;
  change(settings: Partial<CompareSettings>): void;
  align(alignment: Alignment): void;
  /** Histograms are of this place on the axis from now on; `undefined`: of the newest step of each run. */
  look(at: number | undefined): void;
  /** Asks for a frame. */
  invalidate(): void;
}

export interface CompareView {
  readonly root: HTMLElement;
  draw(frame: CompareFrame): void;
}
