// All runs below some root folders, those that other windows record among them. It reads manifests only, and of those
// only the ones that have changed; the steps of a run are read when it is opened.
import path from 'node:path';
import type { HistoryOptions } from '../run/runHistory';
import { Emitter, type Disposable, type Event } from '../run/emitter';
import { isFinal } from '../shared/core/run';
import type { RunLabels, RunSummary } from '../shared/core/runSummary';
import { readCache, writeCache } from './catalogueCache';
import { readEntry, type BrokenRun, type CatalogueEntry } from './catalogueEntry';
import { CatalogueWatch } from './catalogueWatch';
import type { RunManifest } from './manifest';
import { readManifest } from './manifestFile';
import { migrateRuns, restoreManifest } from './restoreRun';
import { folderNames } from './runFolder';
import { writeLabels } from './runLabels';
import { openRun, type StoredRun } from './runReader';
import { StoreError, systemMessage } from './storeError';

/** Folders that are read at a time. */
const AT_A_TIME = 32;
/** Time after a change until the list of all runs is written down, milliseconds. */
const CACHE_MS = 2000;

/** Which runs came, changed, went; by id. */
export interface CatalogueChange {
  added: readonly string[];
  changed: readonly string[];
  removed: readonly string[];
}

export interface CatalogueOptions {
  /** Folders whose folders are runs. They need not exist. */
  roots: readonly string[];
  /** Told of each run that cannot be read, once. */
  onTrouble?: (message: string) => void;
}

interface Listed extends CatalogueEntry {
  root: string;
  folder: string;
}

/** Newest first; at one time, by id. */
function byAge(a: RunSummary, b: RunSummary): number {
  return b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1);
}

/** Lists and opens runs on disk, until disposed. Nothing is read before the first {@link refresh}. */
export class RunCatalogue implements Disposable {
  private readonly runs = new Map<string, Listed>();
  private roots: readonly string[];
  private readonly cached = new Map<string, Map<string, CatalogueEntry>>();
  /** Runs that were told of as unreadable. */
  private readonly troubled = new Set<string>();
  private readonly changes: Emitter<CatalogueChange>;
  private readonly tell: (message: string) => void;
  private sorted: readonly RunSummary[] | undefined;
  private refreshing: Promise<void> | undefined;
  private queued: Promise<void> | undefined;
  private cacheTimer: NodeJS.Timeout | undefined;
  private watching: CatalogueWatch | undefined;

  constructor({ roots, onTrouble }: CatalogueOptions) {
    this.roots = roots;
    this.tell = onTrouble ?? (() => undefined);
    this.changes = new Emitter((error) => this.tell(String(error)));
  }

  /** All runs, newest first. `live` is false: which runs of this session can be controlled, its registry knows. */
  get summaries(): readonly RunSummary[] {
    return (this.sorted ??= [...this.runs.values()].map(({ summary }) => summary).sort(byAge));
  }

  get onDidChange(): Event<CatalogueChange> {
    return this.changes.event;
  }

  /** Bytes of all runs on disk. */
  get bytes(): number {
    return this.summaries.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  }

  summary(id: string): RunSummary | undefined {
    return this.runs.get(id)?.summary;
  }

  /** The folder of a run, absolute; undefined for one that is not listed. */
  folderOf(id: string): string | undefined {
    return this.runs.get(id)?.folder;
  }

  /** The root that a run lies in; undefined for one that is not listed. */
  rootOf(id: string): string | undefined {
    return this.runs.get(id)?.root;
  }

  /** Looks for runs elsewhere from now on. */
  setRoots(roots: readonly string[]): Promise<void> {
    this.roots = roots;
    this.watching?.setRoots(roots);
    return this.refresh();
  }

  /** Brings the list up to date. Never rejects: what cannot be read is told and left out. */
  refresh(): Promise<void> {
    if (!this.refreshing) {
      this.refreshing = this.readAll().finally(() => (this.refreshing = undefined));
      return this.refreshing;
    }
    // What is under way may have looked already where something has changed since.
    this.queued ??= this.refreshing.then(() => {
      this.queued = undefined;
      return this.refresh();
    });
    return this.queued;
  }

  /** Brings one run up to date, or finds it. `folder`: where it is, if it is new. */
  async refreshRun(id: string, folder = this.folderOf(id)): Promise<void> {
    if (folder === undefined) return;
    const before = this.runs.has(id);
    const hasChanged = await this.read(path.dirname(folder), id);
    if (!hasChanged) return;
    const after = this.runs.has(id);
    this.announce({
      added: after && !before ? [id] : [],
      changed: after && before ? [id] : [],
      removed: before && !after ? [id] : [],
    });
  }

  /** Follows the folders: what other windows record, delete and label is announced, most of it within a second. */
  watch(): Disposable {
    this.watching ??= new CatalogueWatch(this.roots, {
      all: () => this.refresh(),
      growing: async () => {
        const growing = this.summaries.filter(({ state }) => !isFinal(state));
        await Promise.all(growing.map(({ id }) => this.refreshRun(id)));
      },
    });
    return {
      dispose: () => {
        this.watching?.dispose();
        this.watching = undefined;
      },
    };
  }

  /** What a run was made of. Rejects with a StoreError. */
  async manifest(id: string): Promise<RunManifest> {
    return readManifest(this.known(id).folder);
  }

  /** A run with its history, to be shown. Rejects with a StoreError. */
  async open(id: string, options: Partial<HistoryOptions> = {}): Promise<StoredRun> {
    return openRun(this.known(id).folder, options);
  }

  /**
   * Names, pins, tags or annotates a run: a field that is left out stays, one that is empty or undefined goes. Rejects
   * with a StoreError.
   */
  async label(id: string, change: RunLabels): Promise<RunLabels> {
    const labels = await writeLabels(this.known(id).folder, change);
    await this.refreshRun(id);
    return labels;
  }

  dispose(): void {
    this.watching?.dispose();
    clearTimeout(this.cacheTimer);
    this.changes.dispose();
  }

  private known(id: string): Listed {
    const known = this.runs.get(id);
    if (known) return known;
    throw new StoreError(
      'unknown-run',
      `There is no run ${id} on disk any more. Refresh the list of runs.`,
    );
  }

  private async readAll(): Promise<void> {
    const before = new Map(this.runs);
    const found: { root: string; id: string }[] = [];
    for (const root of this.roots) {
      if (!this.cached.has(root)) {
        await migrateRuns(root);
        this.cached.set(root, await readCache(root));
      }
      for (const id of await folderNames(root)) found.push({ root, id });
    }
    const ids = new Set(found.map(({ id }) => id));
    for (const id of before.keys()) if (!ids.has(id)) this.runs.delete(id);
    let next = 0;
    const changed = new Set<string>();
    const work = async (): Promise<void> => {
      for (let own = found[next++]; own; own = found[next++]) {
        if (await this.read(own.root, own.id)) changed.add(own.id);
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, work));
    const listed = [...changed].sort().filter((id) => this.runs.has(id));
    this.announce({
      added: listed.filter((id) => !before.has(id)),
      changed: listed.filter((id) => before.has(id)),
      removed: [...before.keys()].filter((id) => !this.runs.has(id)),
    });
  }

  /** Reads one folder; true where the list has another entry for it than before. */
  private async read(root: string, id: string): Promise<boolean> {
    const folder = path.join(root, id);
    const known = this.runs.get(id);
    let entry = await readEntry(folder, id, known ?? this.cached.get(root)?.get(id));
    if (entry && 'broken' in entry && (await this.mend(folder, id, entry))) {
      entry = await readEntry(folder, id);
    }
    if (!entry || 'broken' in entry) {
      if (entry && !entry.isRecording) this.trouble(id, entry.broken.message);
      return this.runs.delete(id);
    }
    if (entry === known) return false;
    this.troubled.delete(id);
    this.runs.set(id, { ...entry, root, folder });
    return true;
  }

  /** A crash in the first moment leaves steps without a manifest: true where it has one again. */
  private async mend(folder: string, id: string, { broken, isRecording }: BrokenRun) {
    const { code } = broken as Partial<StoreError>;
    const isLost = code === 'cannot-read' || code === 'torn-manifest';
    if (!isLost || isRecording || this.troubled.has(id)) return false;
    try {
      await restoreManifest(folder, id);
      return true;
    } catch (error) {
      this.trouble(id, systemMessage(error));
      return false;
    }
  }

  private trouble(id: string, message: string): void {
    if (this.troubled.has(id)) return;
    this.troubled.add(id);
    this.tell(message);
  }

  private announce(change: CatalogueChange): void {
    if (change.added.length + change.changed.length + change.removed.length === 0) return;
    this.sorted = undefined;
    this.changes.fire(change);
    if (this.cacheTimer) return;
    this.cacheTimer = setTimeout(() => {
      this.cacheTimer = undefined;
      void this.writeCaches();
    }, CACHE_MS);
    this.cacheTimer.unref();
  }

  private async writeCaches(): Promise<void> {
    for (const root of this.roots) {
      const entries = [...this.runs.values()].filter((run) => run.root === root);
      const kept = entries.map(({ stamp, summary }) => ({ stamp, summary }));
      // A root that is read-only, or gone: it is only slower then.
      if (kept.length > 0) await writeCache(root, kept).catch(() => undefined);
    }
  }
}
