// The user's workspace as the program and the data readers see it: reads that the host answers.
import type { WorkspaceReader } from './data/workspaceReader';
import type { HostClient } from './hostClient';
import { sendProgress } from './messages';

/** Reads through `host`; `isStarting` tells whether the first step is still to come. */
export class WorkspaceAccess implements WorkspaceReader {
  constructor(
    private readonly host: HostClient,
    private readonly isStarting: () => boolean,
  ) {}

  /** Bytes [start, end) of a file. What a run reads before its first step is said. */
  readFile(path: string, start?: number, end?: number): Promise<ArrayBuffer> {
    if (this.isStarting() && (start ?? 0) === 0) {
      sendProgress(`Reading ${path.replace(/^.*\//, '')}`);
    }
    return this.host.request('readFile', {
      path,
      ...(start !== undefined && { start }),
      ...(end !== undefined && { end }),
    });
  }

  stat(path: string): Promise<{ size: number; isDirectory: boolean }> {
    return this.host.request('stat', { path });
  }

  list(path: string): Promise<string[]> {
    return this.host.request('list', { path });
  }
}
