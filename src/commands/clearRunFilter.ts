// Shows all runs again.
import type { Command } from './context';

export const clearRunFilter: Command = async ({ runs }) => {
  await runs.choose({ filter: '' });
};
