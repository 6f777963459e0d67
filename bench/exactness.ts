// Checks of the records themselves, on every backend and net of a run.
import type { Browser } from 'playwright-core';
import { progress } from '../scripts/lib/log.mjs';
import { Arena } from './browser';
import type { Checks } from './checks';
import type { BackendName, ContestantOptions, Exactness, NetName } from './contestant';
import type { Case } from './plan';

const STEPS = 3;

/** Compares the records of real steps, and summaries of adversarial tensors, with the reference. */
export async function checkExactness(
  browser: Browser,
  cases: readonly Case[],
  checks: Checks,
): Promise<void> {
  for (const backend of new Set(cases.map((one) => one.backend))) {
    const here = cases.filter((one) => one.backend === backend);
    const arena = await Arena.open(browser);
    const run = async (
      net: NetName,
      compare: (contestant: Awaited<ReturnType<Arena['start']>>) => Promise<Exactness>,
    ): Promise<Exactness> => {
      const contestant = await arena.start(optionsOf(backend, net));
      try {
        return await compare(contestant);
      } finally {
        await contestant.end();
      }
    };
    try {
      expectExact(
        checks,
        `${backend}: summaries of adversarial tensors`,
        await run('mlp', (contestant) => contestant.adversarial()),
      );
      for (const net of new Set(here.map((one) => one.net))) {
        const found = await run(net, (contestant) => contestant.exactness(STEPS));
        expectExact(checks, `${backend} ${net}: statistics`, found);
      }
    } finally {
      await arena.close();
    }
  }
}

function optionsOf(backend: BackendName, net: NetName): ContestantOptions {
  const program = 'trainOnBatch';
  return { net, backend, optimizer: 'adam', variant: 'hook', program, activationEverySteps: 1 };
}

function expectExact(checks: Checks, what: string, found: Exactness): void {
  const { tensors, worst, mismatches } = found;
  checks.expect(
    tensors > 0 && mismatches.length === 0,
    `${what} are exact`,
    () => `${mismatches.length} of ${tensors} tensors differ, e.g. ${mismatches[0] ?? 'none seen'}`,
  );
  progress(`${what}: ${tensors} tensors, worst relative error ${worst.toExponential(1)}`);
}
