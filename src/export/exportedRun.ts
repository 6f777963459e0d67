// What is exported of a run, whether it trains in this session, was read back from disk, or is a log of another
// program.
import type { RunHistory } from '../run/runHistory';
import type { SourceLocation } from '../shared/core/run';
import type { RunLabels } from '../shared/core/runSummary';
import type { RunView } from '../shared/protocol/panel';

export interface ExportedRun {
  view: RunView;
  history: Pick<RunHistory, 'records' | 'curves' | 'epochs'>;
  /** The line of the source that a layer was built in; undefined where it cannot be read. */
  sourceLine?: (location: SourceLocation) => string | undefined;
  /** Milliseconds since 1970. */
  startedAt?: number;
  /** What its user calls it, and says of it. */
  labels?: RunLabels;
  /** The commit that its model's file was at. */
  git?: { commit: string; branch?: string; dirty?: boolean };
  /** Version of tfjs. */
  tfjs?: string;
  /** Version of the extension. */
  version: string;
}
