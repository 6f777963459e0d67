// The runs of one comparison: which there are and in which colour, their series, and histograms at a step. It knows no
// page; whoever shows it asks, and is told what has changed.
import { Emitter, type Event } from '../../run/emitter';
import type { RunHistory } from '../../run/runHistory';
import type { RunSummary } from '../../shared/core/runSummary';
import {
  MAX_COMPARED,
  MAX_COMPARED_LAYERS,
  type ComparedHistogram,
  type ComparedRun,
  type ComparedSeries,
  type FromComparePage,
} from '../../shared/protocol/compare';
import type { RunView } from '../../shared/protocol/panel';
import { recordAt } from '../panel/shownStep';
import { comparedSeries } from './comparedSeries';

/** A run with its history: one of this session, or one that was read from disk. */
export interface OpenedRun {
  readonly history: RunHistory;
  view(): Pick<RunView, 'layers' | 'error'>;
  /** Absent where nothing can change any more. */
  readonly onDidChange?: Event<void>;
}

/** Where runs come from. */
export interface ComparisonSource {
  summary(id: string): RunSummary | undefined;
  /** Rejects where the run cannot be read. */
  open(id: string): Promise<OpenedRun>;
}

/** What has changed: which runs there are and what is known of them, or the series of one. */
export type ComparisonChange = { what: 'runs' } | { what: 'series'; run: string };

interface Slot {
  readonly id: string;
  readonly slot: number;
  /** What the list said of it last: a run that was deleted meanwhile is still named. */
  summary: RunSummary;
  opened?: OpenedRun;
  problem?: string;
  subscription?: { dispose(): void };
}

/** Up to {@link MAX_COMPARED} runs. */
export class Comparison {
  private slots: Slot[] = [];
  private readonly changed: Emitter<ComparisonChange>;

  constructor(
    private readonly source: ComparisonSource,
    onListenerError: (error: unknown) => void,
  ) {
    this.changed = new Emitter(onListenerError);
  }

  get onDidChange(): Event<ComparisonChange> {
    return this.changed.event;
  }

  /** Ids, by slot. */
  get ids(): (string | undefined)[] {
    return Array.from(
      { length: Math.max(0, ...this.slots.map(({ slot }) => slot + 1)) },
      (_, slot) => this.slots.find((own) => own.slot === slot)?.id,
    );
  }

  get runs(): ComparedRun[] {
    return this.slots.map(({ slot, summary, opened, problem }) => {
      const { layers, error } = opened?.view() ?? { layers: [] };
      const said = problem ?? error?.message;
      return {
        ...{ summary, slot, isLoading: !opened && problem === undefined },
        layers: layers.slice(0, MAX_COMPARED_LAYERS).map(({ name }) => name),
        ...(said !== undefined && { problem: said }),
      };
    });
  }

  /**
   * Compares a run too, in the slot it had before or else in the first that is free; what is unknown, there already or
   * too much is left out.
   */
  add(id: string, wanted?: number): boolean {
    const summary = this.source.summary(id);
    if (!summary || this.slots.some((slot) => slot.id === id)) return false;
    const isFree = (slot: number): boolean => this.slots.every((own) => own.slot !== slot);
    const free = Array.from({ length: MAX_COMPARED }, (_, i) => i).filter(isFree);
    const slot = wanted !== undefined && free.includes(wanted) ? wanted : free[0];
    if (slot === undefined) return false;
    const added: Slot = { id, slot, summary };
    this.slots.push(added);
    void this.open(added);
    this.changed.fire({ what: 'runs' });
    return true;
  }

  remove(id: string): void {
    this.slots.find((slot) => slot.id === id)?.subscription?.dispose();
    this.slots = this.slots.filter((slot) => slot.id !== id);
    this.changed.fire({ what: 'runs' });
  }

  /** The list of runs has changed. */
  refresh(): void {
    let hasChanged = false;
    for (const slot of this.slots) {
      const summary = this.source.summary(slot.id);
      if (!summary || summary === slot.summary) continue;
      slot.summary = summary;
      hasChanged = true;
    }
    if (hasChanged) this.changed.fire({ what: 'runs' });
  }

  /** The series of a run; undefined until they have been read. */
  series(id: string): ComparedSeries | undefined {
    const opened = this.slots.find((slot) => slot.id === id)?.opened;
    return opened && comparedSeries(opened.history.curves());
  }

  /** Histograms of a layer, of every run that has been read. */
  histograms({
    layer,
    quantity,
    at,
  }: Extract<FromComparePage, { type: 'look' }>): ComparedHistogram[] {
    return this.slots.flatMap(({ id, opened }) => {
      if (!opened) return [];
      const step = at.find(({ run }) => run === id)?.step ?? Infinity;
      const { records } = opened.history;
      const record = step === Infinity ? records.at(-1) : recordAt(records, step);
      if (!record) return [{ run: id }];
      const own = Object.hasOwn(record.layers, layer) ? record.layers[layer] : undefined;
      const summary = own?.[quantity];
      return [{ run: id, step: record.step, ...(summary && { summary }) }];
    });
  }

  dispose(): void {
    for (const { subscription } of this.slots) subscription?.dispose();
    this.slots = [];
    this.changed.dispose();
  }

  private async open(slot: Slot): Promise<void> {
    try {
      const opened = await this.source.open(slot.id);
      // It may have been taken away meanwhile.
      if (!this.slots.includes(slot)) return;
      slot.opened = opened;
      const subscription = opened.onDidChange?.(() =>
        this.changed.fire({ what: 'series', run: slot.id }),
      );
      if (subscription) slot.subscription = subscription;
      this.changed.fire({ what: 'runs' });
      this.changed.fire({ what: 'series', run: slot.id });
    } catch (error) {
      if (!this.slots.includes(slot)) return;
      slot.problem = error instanceof Error ? error.message : String(error);
      this.changed.fire({ what: 'runs' });
    }
  }
}
