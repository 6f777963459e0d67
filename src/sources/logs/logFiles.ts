// The files of a log, wherever they lie: this machine's disk, or whatever file system the editor's workspace has.

/** What is known of a file without reading it. */
export interface LogFileInfo {
  /** Bytes. */
  size: number;
  /** Milliseconds since 1970. */
  changedAt: number;
}

/** Reads folders and files. Paths are whatever {@link LogFiles.join} makes of the folder that was picked. */
export interface LogFiles {
  /** Names in a folder; of one that cannot be read none. Links to folders are not followed. */
  list(folder: string): Promise<{ name: string; isFolder: boolean }[]>;
  /** Rejects where the file is gone. */
  stat(file: string): Promise<LogFileInfo>;
  /** Bytes [from, to) of a file, fewer at its end. */
  read(file: string, from: number, to: number): Promise<Uint8Array>;
  join(folder: string, name: string): string;
  /** Calls when something below the folder changed; absent where nobody tells. */
  watch?(folder: string, changed: () => void): { dispose(): void };
}
