// Shows what the program prints: in its terminal where it runs in Node, else in the output channel.
import type { Command } from './context';

export const showOutput: Command = ({ current, terminals, log }, id) => {
  const run = current.find(id);
  if (!run || !terminals.show(run.id)) log.show(true);
  return Promise.resolve();
};
