// What the page knows of the run, as a pure function of the messages from the host. A snapshot
// replaces everything, so the page can be thrown away and rebuilt at any moment.
import type { StepRecord } from '../../src/shared/core/stepRecord';
import type { Curves, RunView, ToPanel } from '../../src/shared/protocol/panel';
import { decodeStepRecords } from '../../src/shared/protocol/codec';
import { type CurveTable, EMPTY_CURVES, appendCurves } from './series/curveTable';
import {
  EMPTY_HISTORY,
  type HistogramHistory,
  type OctaveRange,
  appendColumn,
  columnOf,
  unionRange,
} from './series/histogramHistory';
import { restoreEpochs, restoreView } from './wireNumbers';

export interface PanelState {
  /** Counts up with every change: what was drawn for an older version is out of date. */
  readonly version: number;
  /** False until the host has answered `ready`. */
  readonly known: boolean;
  readonly view: RunView | undefined;
  readonly curves: CurveTable;
  /** The newest step record. */
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
  current: undefined,
  histories: new Map(),
  range: undefined,
};

/** The messages that change what is shown; the others are commands to the page. */
export type StateMessage = Extract<ToPanel, { type: 'snapshot' | 'update' }>;

function decode(buffer: ArrayBuffer): StepRecord[] {
  return buffer.byteLength === 0 ? [] : decodeStepRecords(buffer);
}

function restoreCurves(curves: Curves): Curves {
  return { ...curves, epochs: restoreEpochs(curves.epochs) };
}

function withRecords(state: PanelState, records: readonly StepRecord[]): PanelState {
  if (records.length === 0) return state;
  const histories = new Map(state.histories);
  let { range, current } = state;
  for (const record of records) {
    if (current !== undefined && record.step < current.step) continue;
    current = record;
    for (const [layer, { gradient }] of Object.entries(record.layers)) {
      const history = appendColumn(
        histories.get(layer) ?? EMPTY_HISTORY,
        columnOf(record.step, gradient),
      );
      histories.set(layer, history);
      range = unionRange(range, history.range);
    }
  }
  return { ...state, histories, current, range };
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
      const { view, curves, records } = message;
      const fresh: PanelState = {
        ...INITIAL_STATE,
        version,
        known: true,
        view: view === undefined ? undefined : restoreView(view),
        curves: appendCurves(EMPTY_CURVES, restoreCurves(curves)),
      };
      return withRecords(fresh, decode(records));
    }
    case 'update': {
      if (state.view === undefined || state.view.id !== message.view.id) return state;
      const next = {
        ...state,
        version,
        view: restoreView(message.view),
        curves: appendCurves(state.curves, restoreCurves(message.curves)),
      };
      return withRecords(next, decode(message.records));
    }
  }
}
