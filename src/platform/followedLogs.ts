// Logs that were opened in panels, by the ids of their runs, so that a window that is reloaded opens them again: the
// log itself is elsewhere, and no copy of it is kept.
import * as vscode from 'vscode';

const KEY = 'gradientLens.followedLogs';
/** As many as panels may stand open, and a few that were closed. */
const MOST = 32;

export interface FollowedLog {
  folder: vscode.Uri;
  /** How its panel is called. */
  title: string;
}

interface Entry {
  id: string;
  folder: string;
  title: string;
}

/** Remembers the newest ones for the workspace. */
export class FollowedLogs {
  constructor(private readonly memory: vscode.Memento) {}

  find(id: string): FollowedLog | undefined {
    const entry = this.entries.find((known) => known.id === id);
    return entry && { folder: vscode.Uri.parse(entry.folder, true), title: entry.title };
  }

  /** `folder` is followed by the run `id`, in the place of any run before. */
  async remember(id: string, { folder, title }: FollowedLog): Promise<void> {
    const entry: Entry = { id, folder: folder.toString(), title };
    const others = this.entries.filter((known) => known.folder !== entry.folder);
    await this.memory.update(KEY, [...others, entry].slice(-MOST));
  }

  private get entries(): readonly Entry[] {
    return this.memory.get<readonly Entry[]>(KEY, []);
  }
}
