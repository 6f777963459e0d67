// Runs a case: all contestants take the same steps in turn, block by block, and their losses and
// memory are checked.
import type { Browser } from 'playwright-core';
import { progress } from '../scripts/lib/log.mjs';
import { Arena, type RunningContestant } from './browser';
import type { Checks } from './checks';
import type { Block } from './contestant';
import { orderOfRound } from './pairs';
import { optionsOf, type Case, type Entrant } from './plan';

/** Blocks before the measured ones: shaders are compiled, code is optimised, pools are filled. */
const WARM_UP_BLOCKS = 2;

/** The times of a case, by the name of the entrant: one per round, in milliseconds per step. */
export interface Measured {
  case: Case;
  /** What computes WebGL. */
  renderer?: string;
  times: Map<string, number[]>;
}

interface Runner {
  entrant: Entrant;
  contestant: RunningContestant;
  blocks: Block[];
}

/** One word for a case in progress lines and checks. */
export function nameOf({ backend, net, optimizer, program }: Case): string {
  return `${backend} ${net} ${optimizer}${program === 'trainOnBatch' ? '' : ` ${program}`}`;
}

/** Measures one case in a page of its own. */
export async function measureCase(
  browser: Browser,
  measured: Case,
  checks: Checks,
): Promise<Measured> {
  const arena = await Arena.open(browser);
  try {
    const runners: Runner[] = [];
    for (const entrant of measured.entrants) {
      const contestant = await arena.start(optionsOf(measured, entrant));
      const blocks: Block[] = [];
      for (let i = 0; i < WARM_UP_BLOCKS; i++) blocks.push(await contestant.block(measured.steps));
      runners.push({ entrant, contestant, blocks });
    }
    for (let round = 0; round < measured.pairs; round++) {
      for (const index of orderOfRound(round, runners.length)) {
        const runner = runners[index];
        runner?.blocks.push(await runner.contestant.block(measured.steps));
      }
    }
    return evaluate(measured, runners, checks);
  } finally {
    await arena.close();
  }
}

function evaluate(measured: Case, runners: readonly Runner[], checks: Checks): Measured {
  const where = nameOf(measured);
  const losses = runners.map(
    ({ entrant, blocks }) => [entrant.name, blocks.flatMap((block) => block.losses)] as const,
  );
  checks.expectSameLosses(where, new Map(losses));
  const times = new Map<string, number[]>();
  for (const { entrant, blocks } of runners) {
    const rounds = blocks.slice(WARM_UP_BLOCKS);
    times.set(
      entrant.name,
      rounds.map(({ ms }) => ms / measured.steps),
    );
    // tfjs-vis is known to leave three tensors behind at every call.
    if (entrant.variant !== 'tfjs-vis') {
      const memory = rounds.map((block) => block.memory);
      checks.expectFlat(`${where}: ${entrant.name}`, memory);
    }
  }
  const renderer = runners.map((one) => one.contestant.backend?.renderer).find(Boolean);
  const ms = [...times].map(([name, all]) => `${name} ${Math.min(...all).toFixed(1)}`);
  progress(`${where}: ms a step at best: ${ms.join(', ')}`);
  return { case: measured, times, ...(renderer !== undefined && { renderer }) };
}
