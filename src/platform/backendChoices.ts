// Remembers where a measurement chose WebAssembly because WebGL is computed in software on this machine.
// Starting a software WebGL and compiling for it takes longer than everything else between the click
// and the first step, and the outcome stays: the next run of the model goes without.
import type { Memento, Uri } from 'vscode';
import type { StartedInfo } from '../run/source';

const KEY = 'backendChoices';
/** Measured again after this time: machines get drivers and GPUs. Milliseconds. */
const LASTS_MS = 7 * 24 * 3600 * 1000;
/** Models remembered. */
const MAX_MODELS = 200;

/** What names a model file. */
type ModelKey = Pick<Uri, 'toString'>;

interface Remembered {
  reason: string;
  /** Milliseconds since 1970. */
  at: number;
}

/** What was measured on this machine, by model file. */
export class BackendChoices {
  constructor(
    private readonly memory: Pick<Memento, 'get' | 'update'>,
    private readonly now: () => number = Date.now,
  ) {}

  /** What the start of a run is told; empty where nothing is known. Counts for `auto` only. */
  of(model: ModelKey): { measured?: string } {
    const known = this.read()[model.toString()];
    return known ? { measured: known.reason } : {};
  }

  /** Notes how a run of `model` started. */
  note(model: ModelKey, { lasting, reason }: StartedInfo): void {
    if (lasting !== true || reason === undefined) return;
    const others = Object.entries(this.read()).filter(([name]) => name !== model.toString());
    const newest = others.sort(([, a], [, b]) => b.at - a.at).slice(0, MAX_MODELS - 1);
    const all = { ...Object.fromEntries(newest), [model.toString()]: { reason, at: this.now() } };
    void this.memory.update(KEY, all);
  }

  private read(): Record<string, Remembered> {
    const since = this.now() - LASTS_MS;
    const all = Object.entries(this.memory.get<Record<string, Remembered>>(KEY, {}));
    return Object.fromEntries(all.filter(([, { at }]) => at > since));
  }
}
