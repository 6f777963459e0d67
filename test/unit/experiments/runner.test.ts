// The runner over trainings that follow a formula: what it trains, in which order, what it stops, and that speed
// has no say in it.
import assert from 'node:assert/strict';
import { ExperimentRunner } from '../../../src/experiments/runner/experimentRunner';
import type { Training, TrainingEnd, TrainingRequest } from '../../../src/experiments/runner/trial';
import { checkExperiment } from '../../../src/experiments/spec/parseSpec';
import type { Report } from '../../../src/experiments/stopping/median';

/** Loss of a training after `at` epochs; NaN never reports. */
type Curve = (request: TrainingRequest, at: number) => number;

/** Trains by a formula: one report a turn, after so many turns of waiting. */
class Formula {
  readonly started: TrainingRequest[] = [];
  running = 0;
  mostRunning = 0;
  released = 0;

  constructor(
    private readonly curve: Curve,
    private readonly patience: (request: TrainingRequest) => number = () => 1,
  ) {}

  readonly start = (request: TrainingRequest): Promise<Training> => {
    this.started.push(request);
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    let listener: (report: Report) => void = () => undefined;
    let isStopped = false;
    const train = async (): Promise<TrainingEnd> => {
      for (let at = 1; at <= request.amount; at++) {
        for (let i = 0; i < this.patience(request); i++) {
          await new Promise((resolve) => setImmediate(resolve));
        }
        if (isStopped) break;
        const value = this.curve(request, at);
        if (Number.isNaN(value))
          return { state: 'failed', message: `Trial ${request.trial} broke.` };
        listener({ at, value });
      }
      return { state: isStopped ? 'stopped' : 'completed' };
    };
    const ended = train().finally(() => (this.running -= 1));
    return Promise.resolve({
      facts: () => ({ id: `run-${request.trial}-${request.seed}`, step: request.amount }),
      onReport: (heard) => (listener = heard),
      stop: () => (isStopped = true),
      ended,
      release: () => (this.released += 1),
    } satisfies Training);
  };
}

const experiment = (more: object) =>
  checkExperiment({
    ...{ model: 'm.model.ts', epochs: 4, parameters: { x: { min: -1, max: 1 } } },
    ...more,
  });

async function ran(
  formula: Formula,
  file: object,
  most = 1,
  room: () => number = () => most,
): Promise<ExperimentRunner> {
  const runner = new ExperimentRunner({
    ...{ spec: experiment(file), start: formula.start, most, room },
  });
  await runner.run();
  assert.equal(formula.running, 0);
  return runner;
}

const x = ({ assignment }: Pick<TrainingRequest, 'assignment'>): number => Number(assignment['x']);
const bowl: Curve = (request, at) => x(request) ** 2 + 1 / at;

describe('experiment runner', () => {
  it('trains every trial and finds the best', async () => {
    const formula = new Formula(bowl);
    const runner = await ran(formula, { trials: 12 }, 3);
    assert.equal(runner.state, 'completed');
    assert.equal(runner.trials.length, 12);
    assert.equal(formula.mostRunning, 3);
    assert.equal(formula.released, 12);
    const nearest = runner.trials.toSorted((a, b) => Math.abs(x(a)) - Math.abs(x(b)))[0];
    assert.equal(runner.best, nearest);
    assert.ok(runner.trials.every(({ state, reports }) => state === 'completed' && reports[0]?.length === 4)); // prettier-ignore
    assert.ok(Math.abs(runner.best!.value! - (x(runner.best!) ** 2 + 0.25)) < 1e-12);
  });

  it('proposes and stops the same whichever trial is faster', async () => {
    const file = { strategy: 'bayesian', trials: 30, stopping: { rule: 'median', grace: 1 } };
    const outcome = async (patience?: (request: TrainingRequest) => number) => {
      const runner = await ran(new Formula(bowl, patience), file, 3);
      return runner.trials.map(({ assignment, state, value }) => ({ assignment, state, value }));
    };
    const even = await outcome();
    const uneven = await outcome(({ trial }) => 1 + ((trial * 7) % 5));
    assert.deepEqual(uneven, even);
    assert.ok(even.some(({ state }) => state === 'stopped-early'));
    assert.ok(even.some(({ state }) => state === 'completed'));
  });

  it('lets one trial train where there is no room for any, and more once there is', async () => {
    const narrow = new Formula(bowl);
    await ran(narrow, { trials: 4 }, 3, () => 0);
    assert.equal(narrow.mostRunning, 1);
    const widening = new Formula(bowl);
    await ran(widening, { trials: 6 }, 3, () => (widening.started.length > 3 ? 3 : 1));
    assert.equal(widening.mostRunning, 3);
  });

  it('halves: all a little, the best ones on', async () => {
    const formula = new Formula(bowl);
    const file = { epochs: 9, trials: 9, stopping: { rule: 'successive-halving', factor: 3 } };
    const runner = await ran(formula, file, 2);
    const amounts = formula.started.map(({ amount }) => amount);
    assert.deepEqual(amounts, [...Array<number>(9).fill(1), 3, 3, 3, 9]);
    const order = runner.trials.toSorted((a, b) => Math.abs(x(a)) - Math.abs(x(b)));
    assert.equal(runner.best, order[0]);
    const states = order.map(({ state, trained }) => [state, trained]);
    assert.deepEqual(states, [
      ['completed', 9],
      ...Array<[string, number]>(2).fill(['stopped-early', 3]),
      ...Array<[string, number]>(6).fill(['stopped-early', 1]),
    ]);
    assert.ok(formula.started.every(({ of }) => of === 9));
  });

  it('takes the mean over the seeds', async () => {
    const formula = new Formula(({ seed }) => seed);
    const runner = await ran(formula, { trials: 2, seeds: [1, 2, 6] });
    assert.deepEqual(runner.trials.map(({ value }) => value), [3, 3]); // prettier-ignore
    assert.deepEqual(formula.started.map(({ seed }) => seed), [1, 2, 6, 1, 2, 6]); // prettier-ignore
    assert.deepEqual(runner.trials[1]!.runs.map(({ id }) => id), ['run-2-1', 'run-2-2', 'run-2-6']); // prettier-ignore
  });

  it('ends a trial at the first value that is not finite, and goes on', async () => {
    const formula = new Formula((request, at) => (request.trial === 2 && at > 1 ? Infinity : 1));
    const runner = await ran(formula, { trials: 3, epochs: 50 });
    assert.deepEqual(runner.trials.map(({ state }) => state), ['completed', 'failed', 'completed']); // prettier-ignore
    assert.equal(runner.trials[1]!.trained, 2);
    assert.match(runner.trials[1]!.message ?? '', /no longer a finite number/);
    assert.equal(runner.best, runner.trials[0]);
  });

  it('gives up where the first trials all fail, and tells why', async () => {
    const runner = await ran(new Formula(() => NaN), { trials: 20 });
    assert.equal(runner.state, 'failed');
    assert.equal(runner.trials.length, 5);
    assert.equal(runner.message, 'No trial could be trained. Trial 1 broke.');
    assert.equal(runner.best, undefined);
    const runnerOfTwo = await ran(new Formula(() => NaN), { trials: 2 });
    assert.equal(runnerOfTwo.state, 'failed');
  });

  it('fails with the reason where no training can be made', async () => {
    const runner = new ExperimentRunner({
      spec: experiment({ trials: 8 }),
      start: () => Promise.reject(new Error('No such model.')),
      most: 2,
      room: () => 2,
    });
    await runner.run();
    assert.equal(runner.state, 'failed');
    assert.equal(runner.message, 'No such model.');
  });

  it('stops at once, and keeps what there is', async () => {
    const formula = new Formula(bowl);
    const runner = new ExperimentRunner({
      ...{ spec: experiment({ trials: 50 }), start: formula.start, most: 2, room: () => 2 },
    });
    const running = runner.run();
    await new Promise<void>((resolve) => {
      runner.onDidChange(() => {
        if (runner.trials.filter(({ state }) => state === 'completed').length >= 4) resolve();
      });
    });
    await runner.stop();
    await running;
    assert.equal(runner.state, 'stopped');
    assert.equal(formula.running, 0);
    assert.ok(runner.trials.length < 50);
    const states = new Set(runner.trials.map(({ state }) => state));
    assert.ok([...states].every((state) => state === 'completed' || state === 'stopped'));
    assert.ok(runner.best);
  });
});
