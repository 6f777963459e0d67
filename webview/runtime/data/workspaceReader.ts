// What the readers need of their surroundings: reads of the user's workspace, by ranges. The worker
// implements it by requests to the host, Node and the tests by the file system.
import { missingError } from './dataError';

/** Reads of the user's workspace. Every method rejects where the path does not exist. */
export interface WorkspaceReader {
  /** Bytes [start, end) of a file; the whole file where both are absent. */
  readFile(path: string, start?: number, end?: number): Promise<ArrayBuffer>;
  /** Size in bytes. */
  stat(path: string): Promise<{ size: number; isDirectory: boolean }>;
  /** Names in a folder, sorted; folders end with a slash. */
  list(path: string): Promise<string[]>;
}

/** Joins a folder and a name as the workspace spells paths. */
export function joinPath(folder: string, name: string): string {
  const trimmed = folder.replace(/\/+$/, '');
  return trimmed === '' ? name : `${trimmed}/${name}`;
}

/** Names in a folder; a folder that is missing is a DataError that says what to do. */
export async function listFolder(
  reader: WorkspaceReader,
  path: string,
  remedy: string,
): Promise<string[]> {
  try {
    return await reader.list(path);
  } catch (error) {
    throw missingError(path, remedy, error);
  }
}

/** A whole file; a file that is missing is a DataError that says what to do. */
export async function readWhole(
  reader: WorkspaceReader,
  path: string,
  remedy = 'Check the path: it is relative to the folder of the model file, then to the workspace folder.',
): Promise<Uint8Array> {
  try {
    return new Uint8Array(await reader.readFile(path));
  } catch (error) {
    throw missingError(path, remedy, error);
  }
}
