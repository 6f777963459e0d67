// Runs trials in processes beside this one: training is single-threaded, and a process that a net
// brings down takes only that trial with it.
import { fork, type ChildProcess } from 'node:child_process';
import type { TrialResult } from './trial';

/** A net by name, and a seed. */
export interface Order {
  net: string;
  seed: number;
}

/** Trains all of `orders` in `jobs` processes; `done` hears of each as it ends. */
export async function runPool(
  orders: readonly Order[],
  jobs: number,
  done: (result: TrialResult) => void,
): Promise<void> {
  const waiting = [...orders];
  const work = async (): Promise<void> => {
    let child: ChildProcess | undefined;
    for (let order = waiting.shift(); order; order = waiting.shift()) {
      child ??= fork(process.argv[1] as string, ['--worker'], {
        stdio: 'inherit',
        serialization: 'advanced', // JSON has no NaN.
      });
      const result = await ask(child, order);
      // A process that died is replaced for the next order.
      if (!child.connected) child = undefined;
      done(result);
    }
    child?.disconnect();
  };
  await Promise.all(Array.from({ length: Math.min(jobs, orders.length) }, work));
}

function ask(child: ChildProcess, order: Order): Promise<TrialResult> {
  return new Promise((resolve) => {
    const onMessage = (result: unknown): void => {
      child.off('exit', onExit);
      resolve(result as TrialResult);
    };
    const onExit = (code: number | null): void => {
      child.off('message', onMessage);
      const error = `The process that trained it ended with code ${String(code)}.`;
      resolve({
        ...order,
        steps: 0,
        sightings: [],
        skill: NaN,
        losses: [],
        seconds: 0,
        leaked: 0,
        error,
      });
    };
    child.once('message', onMessage);
    child.once('exit', onExit);
    child.send(order);
  });
}
