// The command line of the bench.
import { parseArgs } from 'node:util';
import {
  BACKENDS,
  NETS,
  OPTIMIZERS,
  type BackendName,
  type NetName,
  type OptimizerName,
} from './contestant';

export interface BenchOptions {
  /** Correctness only, in little time. */
  quick: boolean;
  /** On the machine's GPU. */
  device: boolean;
  /** Print the README's table from the results of the last run, and measure nothing. */
  table: boolean;
  /** Block pairs per ratio; undefined: the plan's own number. */
  pairs: number | undefined;
  nets: readonly NetName[];
  backends: readonly BackendName[] | undefined;
  optimizers: readonly OptimizerName[];
}

/** The command line cannot be understood; the message says what it may be. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

function choose<T extends string>(option: string, asked: string, from: readonly T[]): T[] {
  return asked.split(',').map((name) => {
    const found = from.find((known) => known === name.trim());
    if (found !== undefined) return found;
    throw new UsageError(`--${option} ${name} is not known. Choose from ${from.join(', ')}.`);
  });
}

/** Reads the arguments after the script's name. */
export function parseOptions(args: readonly string[]): BenchOptions {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean', default: false },
        device: { type: 'boolean', default: false },
        table: { type: 'boolean', default: false },
        pairs: { type: 'string' },
        net: { type: 'string' },
        backend: { type: 'string' },
        optimizer: { type: 'string' },
      },
    }));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  const pairs = values.pairs === undefined ? undefined : Number(values.pairs);
  if (pairs !== undefined && (!Number.isInteger(pairs) || pairs < 1)) {
    throw new UsageError(`--pairs ${values.pairs ?? ''} must be a whole number from 1.`);
  }
  const { quick, device, table, net, backend, optimizer } = values;
  return {
    quick,
    device,
    table,
    pairs,
    nets: net === undefined ? NETS : choose('net', net, NETS),
    backends: backend === undefined ? undefined : choose('backend', backend, BACKENDS),
    optimizers: optimizer === undefined ? OPTIMIZERS : choose('optimizer', optimizer, OPTIMIZERS),
  };
}
