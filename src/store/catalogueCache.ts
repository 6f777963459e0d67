// What is known of all runs of a root, in one file: a window that opens need not read a thousand manifests. It is only
// ever a copy: what it says of a run counts as long as the run's files have not changed since.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Fields, guarded } from '../shared/protocol/checks';
import { writeAtomically } from './atomicFile';
import type { CatalogueEntry } from './catalogueEntry';
import { runSummary } from './guards/summaryGuard';
import { parse, stringify } from './json';

const CACHE_FILE = '.catalogue.json';
/** Changes with what is kept of a run. */
const CACHE_VERSION = 1;
/** Runs that are believed. */
const MAX_RUNS = 100_000;

function entry(value: unknown, at: string): [string, CatalogueEntry] {
  const fields = new Fields(value, at);
  const summary = runSummary(fields.get('summary'), fields.path('summary'));
  return [summary.id, { stamp: fields.text('stamp'), summary }];
}

/** The entries of a root by id; none where they cannot be read. */
export async function readCache(root: string): Promise<Map<string, CatalogueEntry>> {
  try {
    const value = parse(await readFile(path.join(root, CACHE_FILE), 'utf8'));
    const entries = guarded(() => {
      const fields = new Fields(value, 'catalogue');
      return fields.get('version') === CACHE_VERSION ? fields.list('runs', MAX_RUNS, entry) : [];
    });
    return new Map(entries);
  } catch {
    return new Map();
  }
}

/** Keeps the entries of a root. Rejects with the system's error. */
export async function writeCache(root: string, entries: Iterable<CatalogueEntry>): Promise<void> {
  const content = stringify({ version: CACHE_VERSION, runs: [...entries] });
  await writeAtomically(path.join(root, CACHE_FILE), content);
}
