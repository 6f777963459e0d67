// The options of `npm run diagnose:suite`.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { FaultyNet, Net } from './recipe';

export interface Options {
  quick: boolean;
  rules: string[];
  /** Parts of names. */
  nets: string[];
  seeds: number[];
  jobs: number;
  /** File for the results. */
  json?: string;
  /** Each trial as it ends, with its curve. */
  verbose: boolean;
}

export const USAGE = `Usage: npm run diagnose:suite -- [options]
  --quick         the small part that npm test runs: one seed
  --rule ID       only nets labelled with this rule (and their twins); may be repeated
  --net NAME      only nets whose name contains NAME (and their twins); may be repeated
  --seeds 1,2,3   default 1,2,3
  --jobs N        processes, default one per core and at most 4
  --json FILE     writes every trial to FILE
  --verbose       prints each trial as it ends`;

/** Reads the command line. Throws with a sentence where it is wrong. */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      rule: { type: 'string', multiple: true, default: [] },
      net: { type: 'string', multiple: true, default: [] },
      seeds: { type: 'string' },
      jobs: { type: 'string' },
      json: { type: 'string' },
      verbose: { type: 'boolean', default: false },
    },
  });
  const seeds = (values.seeds ?? (values.quick ? '1' : '1,2,3')).split(',').map(Number);
  const jobs = Number(values.jobs ?? Math.min(4, availableParallelism()));
  if (seeds.some((seed) => !Number.isInteger(seed)) || !Number.isInteger(jobs) || jobs < 1) {
    throw new Error(`--seeds and --jobs take whole numbers.\n${USAGE}`);
  }
  return {
    quick: values.quick,
    rules: values.rule,
    nets: values.net,
    seeds,
    jobs,
    ...(values.json !== undefined && { json: values.json }),
    verbose: values.verbose,
  };
}

/** The nets asked for, and the twins that faulty ones are compared with. */
export function chooseNets(all: readonly Net[], { quick, rules, nets }: Options): Net[] {
  const labels = (net: Net): string[] =>
    net.kind === 'healthy' ? ['healthy'] : [net.rule, ...(net.alternatives?.rules ?? [])];
  const isAsked = (net: Net): boolean =>
    (!quick || net.quick === true) &&
    (rules.length === 0 || labels(net).some((rule) => rules.includes(rule))) &&
    (nets.length === 0 || nets.some((part) => net.name.includes(part)));
  const asked = all.filter(isAsked);
  const twins = new Set(
    asked.filter((net): net is FaultyNet => net.kind === 'faulty').map(({ twin }) => twin),
  );
  return all.filter((net) => asked.includes(net) || twins.has(net.name));
}
