// Which runs a folder holds. A folder with event files is a run, and what lies below it belongs to it; so is a
// folder whose subfolders are the parts of one run: training and validation, or the workers of a cluster.
import { splitOf } from '../../shared/tensorboard/tagWords';
import type { LogFiles } from './logFiles';

/** An event file of a run. */
export interface EventFile {
  path: string;
  /** Folder below the run's own, with forward slashes; empty for the run's folder. */
  folder: string;
}

/** A run that a folder holds. */
export interface FoundRun {
  /** Path of its folder. */
  folder: string;
  /** Below the folder that was searched; empty for that folder itself. */
  name: string;
  files: readonly EventFile[];
}

const EVENT_FILE = /tfevents/;
/** Files that TensorFlow's profiler leaves to mark a folder, without any event. */
const EMPTY_FILE = /\.profile-empty$/;
/** Subfolders of one run that are not those of its data: one per process of a distributed training. */
const WORKER = /^(worker|rank|replica|task|host|process|proc|gpu|node|chief|ps)[-_]?\d*$/i;

/** Deepest folder that is searched, from the one that was picked. */
const MAX_DEPTH = 8;
/** Most event files that are looked for. */
export const MAX_FILES = 2000;

/** Folder of the run that an event file belongs to, by the names of the folders that it lies in. */
export function runFolderOf(file: string): string {
  const segments = file.split('/').slice(0, -1);
  const isPart = (name: string): boolean => splitOf(name) !== undefined || WORKER.test(name);
  while (segments.length > 2 && isPart(segments.at(-1) ?? '')) segments.pop();
  return segments.join('/');
}

export function isEventFile(name: string): boolean {
  return EVENT_FILE.test(name) && !EMPTY_FILE.test(name);
}

interface Node {
  folder: string;
  name: string;
  files: string[];
  children: Node[];
}

/** All runs at or below a folder, by name. */
export async function findRuns(files: LogFiles, folder: string): Promise<FoundRun[]> {
  const budget = { files: MAX_FILES };
  const root = await readTree(files, folder, '', 0, budget);
  const runs: FoundRun[] = [];
  collect(files, root, '', runs);
  return runs.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
}

/** The event files of a run that is known, among them those that came since. */
export async function filesOfRun(files: LogFiles, folder: string): Promise<EventFile[]> {
  const root = await readTree(files, folder, '', 0, { files: MAX_FILES });
  return filesBelow(files, root, '');
}

async function readTree(
  files: LogFiles,
  folder: string,
  name: string,
  depth: number,
  budget: { files: number },
): Promise<Node> {
  const node: Node = { folder, name, files: [], children: [] };
  if (depth > MAX_DEPTH || budget.files <= 0) return node;
  for (const entry of await files.list(folder)) {
    if (entry.isFolder) {
      if (entry.name === 'node_modules' || entry.name === '.git') continue;
      const path = files.join(folder, entry.name);
      const child = await readTree(files, path, entry.name, depth + 1, budget);
      if (child.files.length > 0 || child.children.length > 0) node.children.push(child);
    } else if (isEventFile(entry.name) && budget.files-- > 0) {
      node.files.push(entry.name);
    }
  }
  node.files.sort();
  node.children.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  return node;
}

/** True where the subfolders are parts of one run. */
function isDivided({ children }: Node): boolean {
  return (
    children.length > 0 &&
    children.every(({ name }) => splitOf(name) !== undefined || WORKER.test(name))
  );
}

function collect(files: LogFiles, node: Node, name: string, runs: FoundRun[]): void {
  if (node.files.length > 0 || isDivided(node)) {
    runs.push({ folder: node.folder, name, files: filesBelow(files, node, '') });
    return;
  }
  for (const child of node.children) {
    collect(files, child, name === '' ? child.name : `${name}/${child.name}`, runs);
  }
}

function filesBelow(files: LogFiles, node: Node, below: string): EventFile[] {
  const own = node.files.map((name) => ({ path: files.join(node.folder, name), folder: below }));
  const deeper = node.children.map((child) =>
    filesBelow(files, child, below === '' ? child.name : `${below}/${child.name}`),
  );
  return [...own, ...deeper.flat()];
}
