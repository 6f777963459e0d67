// The first step: building the model, compiling its shaders, training one batch. In a fresh browser
// each time, because Chromium keeps compiled shaders.
import { progress } from '../scripts/lib/log.mjs';
import { Arena, launch } from './browser';
import { firstLineOf, type Checks } from './checks';
import type { BenchOptions } from './options';
import { orderOfRound } from './pairs';
import { optionsOf, type Case, type Entrant } from './plan';
import { nameOf, type Measured } from './measure';

const PAIRS = 4;
const VARIANTS = ['trainOnBatch', 'noop', 'hook', 'ours'] as const;
/** As in the table of designs; the other nets compile no other kinds of shaders. */
const NETS = ['mlp', 'deep', 'cnn'] as const;

/** Measures the first steps on WebGL; the other backends compile nothing. */
export async function measureFirstSteps(
  { device, nets, pairs = PAIRS }: BenchOptions,
  checks: Checks,
): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const net of NETS.filter((name) => nets.includes(name))) {
    const entrants: Entrant[] = VARIANTS.map((variant) => ({
      name: variant,
      variant,
      activationEverySteps: 1,
    }));
    const first: Case = {
      net,
      optimizer: 'adam',
      backend: 'webgl',
      program: 'trainOnBatch',
      entrants,
      steps: 1,
      pairs: Math.min(pairs, PAIRS),
    };
    try {
      measured.push(await measureFirst(first, device, checks));
    } catch (error) {
      checks.expect(false, `first step of ${nameOf(first)}`, () => firstLineOf(error));
    }
  }
  return measured;
}

async function measureFirst(first: Case, device: boolean, checks: Checks): Promise<Measured> {
  const times = new Map<string, number[]>(first.entrants.map(({ name }) => [name, []]));
  const losses = new Map<string, number[]>(first.entrants.map(({ name }) => [name, []]));
  for (let round = 0; round < first.pairs; round++) {
    for (const index of orderOfRound(round, first.entrants.length)) {
      const entrant = first.entrants[index];
      if (entrant === undefined) continue;
      const browser = await launch(device);
      try {
        const arena = await Arena.open(browser);
        const contestant = await arena.start(optionsOf(first, entrant));
        const block = await contestant.block(1);
        times.get(entrant.name)?.push(block.ms);
        losses.get(entrant.name)?.push(...block.losses);
        await arena.close();
      } finally {
        await browser.close();
      }
    }
  }
  checks.expectSameLosses(`first step of ${nameOf(first)}`, losses);
  const best = [...times].map(([name, all]) => `${name} ${Math.min(...all).toFixed(0)}`);
  progress(`first step of ${nameOf(first)}: ms at best: ${best.join(', ')}`);
  return { case: first, times };
}
