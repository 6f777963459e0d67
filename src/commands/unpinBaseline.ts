// Comparisons are relative to no run any more.
import type { Command } from './context';

export const unpinBaseline: Command = async ({ runs }) => {
  await runs.choose({ baseline: undefined });
};
