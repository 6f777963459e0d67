// The labelled suite: trains every net of the registry under the real tap, probe and rules, and holds
// what was found against the labels. Run by `npm run diagnose:suite`; as `--worker`, one of its processes.
import { writeFile } from 'node:fs/promises';
import { startBackend } from './harness/backend';
import { judgeFaulty, judgeHealthy } from './harness/judge';
import { chooseNets, readOptions } from './harness/options';
import { runPool, type Order } from './harness/pool';
import type { FaultyNet, HealthyNet } from './harness/recipe';
import {
  confusionTable,
  doubles,
  explain,
  falseAlarms,
  harmless,
  misses,
  type Verdicts,
} from './harness/report';
import { runTrial, type TrialResult } from './harness/trial';
import { NETS } from './registry';

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** A process of the pool: trains what it is told to. */
async function serve(): Promise<void> {
  await startBackend();
  process.on('message', (order: Order) => {
    const net = NETS.find(({ name }) => name === order.net);
    if (!net) throw new Error(`There is no net ${order.net}.`);
    void runTrial(net, order.seed).then((result) => process.send?.(result));
  });
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  const nets = chooseNets(NETS, options);
  const orders = nets.flatMap(({ name }) => options.seeds.map((seed) => ({ net: name, seed })));
  if (orders.length === 0) {
    print('No net of the suite fits these options.');
    return 2;
  }
  print(`${nets.length} nets, ${orders.length} trials on ${options.jobs} processes`);
  const begin = performance.now();
  const results: TrialResult[] = [];
  await runPool(orders, options.jobs, (result) => {
    results.push(result);
    const { net, seed, steps, seconds, skill, sightings, leaked, givenUp, error } = result;
    if (options.verbose) {
      const rules = sightings.map(({ rule, severity }) => `${rule}:${severity}`).join(' ');
      const leak = leaked > 0 ? ` LEAKED ${leaked}` : '';
      const blind = givenUp === undefined ? '' : ` NO FACTS: ${givenUp}`;
      print(
        `  ${net} seed ${seed}: ${steps} steps, ${seconds.toFixed(1)} s, skill ${skill.toFixed(3)}${leak}${blind} ${rules}${error === undefined ? '' : `\n${error}`}`,
      );
    }
  });
  const verdicts = judgeAll(results);
  print(`\n${confusionTable(verdicts)}\n`);
  const wrong = misses(verdicts);
  const alarms = falseAlarms(verdicts);
  section('Missed or misnamed', wrong);
  section('False alarms, and healthy nets that are none', alarms);
  section('Named right, with other alarms beside', doubles(verdicts));
  section('Faults that did not hurt here', harmless(verdicts));
  if (options.verbose) section('All faulty', verdicts.faulty.map(explain));
  if (options.json !== undefined) await writeFile(options.json, JSON.stringify(verdicts, null, 1));
  const trials = verdicts.healthy.length + verdicts.faulty.length;
  const failing = verdicts.faulty.filter(({ fails }) => fails).length;
  print(
    `${trials} trials: ${alarms.length} of ${verdicts.healthy.length} healthy with an alarm, ` +
      `${wrong.length} of ${verdicts.faulty.length} faulty (${failing} really fail) missed or misnamed.`,
  );
  // As mocha counts: a trial is a test.
  const failed = wrong.length + alarms.length;
  const seconds = ((performance.now() - begin) / 1000).toFixed(0);
  print(`  ${trials - failed} passing (${seconds}s)`);
  if (failed > 0) print(`  ${failed} failing`);
  return failed > 0 ? 1 : 0;
}

function section(title: string, entries: readonly string[]): void {
  if (entries.length > 0) print(`${title} (${entries.length})\n${entries.join('\n')}\n`);
}

function judgeAll(results: readonly TrialResult[]): Verdicts {
  const find = (net: string, seed: number) =>
    results.find((result) => result.net === net && result.seed === seed);
  const netOf = new Map(NETS.map((net) => [net.name, net]));
  const inOrder = [...results].sort((a, b) => a.net.localeCompare(b.net) || a.seed - b.seed);
  return {
    healthy: inOrder.flatMap((result) => {
      const net = netOf.get(result.net);
      return net?.kind === 'healthy' ? [judgeHealthy(net satisfies HealthyNet, result)] : [];
    }),
    faulty: inOrder.flatMap((result) => {
      const net = netOf.get(result.net);
      if (net?.kind !== 'faulty') return [];
      return [judgeFaulty(net satisfies FaultyNet, result, find(net.twin, result.seed))];
    }),
  };
}

const ending = process.argv.includes('--worker')
  ? serve()
  : main().then((code) => (process.exitCode = code));
ending.catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  // Processes of the pool may still be at work.
  process.exit(2);
});
