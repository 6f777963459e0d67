// What a run found: the numbers of results.json, made of the measured times.
import os from 'node:os';
import type { BackendName, NetName, OptimizerName, Program, Variant } from './contestant';
import type { Measured } from './measure';
import { comparePairs, median, type PairStatistics } from './pairs';
import { BY_DEFAULT, EVERY_STEP } from './plan';

/** A ratio of times per step. `ms`: the variant's median time per step, in milliseconds. */
interface Ratio extends PairStatistics {
  net: NetName;
  optimizer: OptimizerName;
  backend: BackendName;
  ms: number;
}

/** `ours` and the others train with `trainOnBatch`, or with the experiment loop. */
export interface Row extends Ratio {
  variant: Exclude<Variant, 'trainOnBatch'>;
  against: 'trainOnBatch' | 'ours-off';
}

/** Unchanged programs with another loop than trainOnBatch, against the same program on plain tfjs. */
export interface ProgramRow extends Ratio {
  program: Exclude<Program, 'trainOnBatch'>;
  variant: 'noop' | 'hook';
  against: 'plain';
}

/** `ours` that records activations and δ too: at every step, or as often as the settings' default. */
export interface ActivationRow extends Ratio {
  variant: 'ours';
  sampling: 'every-step' | 'default';
  against: 'ours' | 'trainOnBatch';
}

/** Time from building the model to the end of the first step, in a fresh browser. */
export interface FirstStepRow extends Ratio {
  variant: 'noop' | 'hook' | 'ours';
  against: 'trainOnBatch';
}

export interface Results {
  machine: { cpu: string; cores: number; memoryGiB: number; system: string; renderer?: string };
  versions: Record<string, string>;
  rows: Row[];
  programs: ProgramRow[];
  activations: ActivationRow[];
  firstStep: FirstStepRow[];
  checks: { passed: number; failures: string[] };
}

/** The machine, without anything that names it. */
export function describeMachine(renderer: string | undefined): Results['machine'] {
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: cpus.length,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.arch()}`,
    ...(renderer !== undefined && { renderer }),
  };
}

/** Whole digits beyond these are noise. */
const round = (value: number): number => Number(value.toFixed(4));

function ratioOf({ case: { net, optimizer, backend }, times }: Measured, a: string, b: string) {
  const [of, against] = [times.get(a) ?? [], times.get(b) ?? []];
  const { ratio, pairs, min, max } = comparePairs(of, against);
  return {
    net,
    optimizer,
    backend,
    ratio: round(ratio),
    pairs,
    min: round(min),
    max: round(max),
    ms: round(median(of)),
  };
}

/** The rows that a measured case gives. */
export function rowsOf(measured: Measured): Pick<Results, 'rows' | 'programs' | 'activations'> {
  const { program, entrants } = measured.case;
  const rows: Row[] = [];
  const programs: ProgramRow[] = [];
  const activations: ActivationRow[] = [];
  const baseline = entrants[0]?.name ?? '';
  const has = (name: string): boolean => entrants.some((entrant) => entrant.name === name);
  for (const { name, variant } of entrants.slice(1)) {
    const against = ratioOf(measured, name, baseline);
    if (program !== 'trainOnBatch') {
      if (variant !== 'noop' && variant !== 'hook') continue;
      programs.push({ program, variant, against: 'plain', ...against });
    } else if (name === BY_DEFAULT) {
      if (baseline !== 'ours') continue;
      activations.push({ variant: 'ours', sampling: 'default', against: 'ours', ...against });
    } else if (name === EVERY_STEP) {
      const row = { variant: 'ours', sampling: 'every-step' } as const;
      activations.push({ ...row, against: 'trainOnBatch', ...against });
      activations.push({ ...row, against: 'ours', ...ratioOf(measured, name, 'ours') });
    } else if (variant !== 'trainOnBatch') {
      rows.push({ variant, against: 'trainOnBatch', ...against });
    }
  }
  if (has('ours') && has('ours-off')) {
    const of = ratioOf(measured, 'ours', 'ours-off');
    rows.push({ variant: 'ours', against: 'ours-off', ...of });
  }
  return { rows, programs, activations };
}

/** A contestant may stand in several groups of its net: the first that has the row gives it. */
export function firstOfEach(rows: readonly Row[]): Row[] {
  const unique = new Map<string, Row>();
  for (const row of rows) {
    const { net, optimizer, backend, variant, against } = row;
    const key = [net, optimizer, backend, variant, against].join(' ');
    if (!unique.has(key)) unique.set(key, row);
  }
  return [...unique.values()];
}

/** The rows of first steps, whose times are the whole first step. */
export function firstStepRowsOf(measured: Measured): FirstStepRow[] {
  const variants = ['noop', 'hook', 'ours'] as const;
  return variants
    .filter((variant) => measured.times.has(variant))
    .map((variant) => ({
      variant,
      against: 'trainOnBatch',
      ...ratioOf(measured, variant, 'trainOnBatch'),
    }));
}
