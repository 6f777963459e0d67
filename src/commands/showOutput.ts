// Shows what the program prints.
import type { Command } from './context';

export const showOutput: Command = ({ log }) => {
  log.show(true);
  return Promise.resolve();
};
