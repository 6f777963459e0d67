// What the page knows of the run, as a pure function of the messages from the host. A snapshot
// replaces everything, so the page can be thrown away and rebuilt at any moment.
import type { StepRecord } from '../../src/shared/core/stepRecord';
import type {
  Curves,
  RunView,
  RunViewUpdate,
  StepsMessage,
  ToPanel,
} from '../../src/shared/protocol/panel';
import { decodeStepRecords } from '../../src/shared/protocol/codec';
import { type CurveTable, EMPTY_CURVES, appendCurves } from './series/curveTable';
import { decodeHistograms } from '../../src/shared/protocol/histogramCodec';
import {
  EMPTY_HISTORY,
  type HistogramHistory,
  type OctaveRange,
  replaceColumns,
  unionRange,
} from '../../src/shared/core/histogramHistory';
import { restoreEpochs, restoreView } from './wireNumbers';

export interface PanelState {
  /** Counts up with every change: what was drawn for an older version is out of date. */
  readonly version: number;
  /** False until the host has answered `ready`. */
  readonly known: boolean;
  readonly view: RunView | undefined;
  readonly curves: CurveTable;
  /** The newest step record. */
  readonly newest: StepRecord | undefined;
  /** The step record that is shown: the one at the view's cursor, else the newest. */
  readonly current: StepRecord | undefined;
  /** Gradient histograms by layer name. */
  readonly histories: ReadonlyMap<string, HistogramHistory>;
  /** Octaves that any layer's gradients used so far: the one axis of all rows. */
  readonly range: OctaveRange;
}

export const INITIAL_STATE: PanelState = {
  version: 0,
  known: false,
  view: undefined,
  curves: EMPTY_CURVES,
  newest: undefined,
  current: undefined,
  histories: new Map(),
  range: undefined,
};

/** The messages that change what is shown; the others are commands to the page. */
export type StateMessage = Extract<ToPanel, { type: 'snapshot' | 'update' }>;

function restoreCurves(curves: Curves): Curves {
  return { ...curves, epochs: restoreEpochs(curves.epochs) };
}

function withHistograms(state: PanelState, bytes: ArrayBuffer): PanelState {
  if (bytes.byteLength === 0) return state;
  const { isWhole, rows } = decodeHistograms(bytes);
  if (rows.length === 0) return state;
  const histories = new Map(isWhole ? [] : state.histories);
  let { range } = state;
  for (const { name, columns, range: own } of rows) {
    const history = replaceColumns(histories.get(name) ?? EMPTY_HISTORY, columns, own);
    histories.set(name, history);
    range = unionRange(range, history.range);
  }
  return { ...state, histories, range };
}

function recordOf(bytes: ArrayBuffer | undefined): StepRecord | undefined {
  return bytes === undefined || bytes.byteLength === 0
    ? undefined
    : decodeStepRecords(bytes).at(-1);
}

function withRecords(state: PanelState, { newest: packed, shown }: StepsMessage): PanelState {
  const newest = recordOf(packed) ?? state.newest;
  if (state.view?.cursor === undefined) return { ...state, newest, current: newest };
  return { ...state, newest, current: recordOf(shown) ?? state.current ?? newest };
}

/** A view as an update brings it, with the lists that it left out. */
function completed(update: RunViewUpdate, before: RunView): RunView {
  const { layers, findings, notices } = before;
  // A list that an update carries stands before the page's own.
  return restoreView({ layers, findings, notices, ...update });
}

/**
 * The state after a message. An update of another run than the one shown (a message that crossed a
 * restart) is left out: its snapshot follows.
 * @throws ProtocolError where the packed records are malformed.
 */
export function reduce(state: PanelState, message: StateMessage): PanelState {
  const version = state.version + 1;
  switch (message.type) {
    case 'snapshot': {
      const { view, curves, histograms } = message;
      const fresh: PanelState = {
        ...INITIAL_STATE,
        version,
        known: true,
        view: view === undefined ? undefined : restoreView(view),
        curves: appendCurves(EMPTY_CURVES, restoreCurves(curves)),
      };
      return withRecords(withHistograms(fresh, histograms), message);
    }
    case 'update': {
      if (state.view === undefined || state.view.id !== message.view.id) return state;
      const { isWhole, curves, histograms } = message;
      const next = {
        ...state,
        version,
        view: completed(message.view, state.view),
        curves: appendCurves(isWhole ? EMPTY_CURVES : state.curves, restoreCurves(curves)),
      };
      return withRecords(withHistograms(next, histograms), message);
    }
  }
}
