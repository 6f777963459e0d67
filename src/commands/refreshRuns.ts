// Looks for runs on disk again.
import type { Command } from './context';

export const refreshRuns: Command = async ({ runs }) => {
  await runs.refresh();
};
