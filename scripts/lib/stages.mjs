// The stages of `npm test`: a name, what it does, and how its tests are counted.
import { mochaCounter } from './mochaCounts.mjs';
import { elapsed, messageOf } from './log.mjs';

/**
 * @typedef {import('./mochaCounts.mjs').Counts} Counts
 * @typedef {{ print: (line: string) => void, watch: (line: string) => void }} StageOutput
 *   `print` shows a line; `watch` also reads mocha's totals from it.
 *
 * @typedef {Counts & { report: string[] }} StageResult `report`: what to say of a failure at the end
 *   of the whole run, where the stage's own lines are far above; empty when it passed.
 *
 * @typedef {object} Stage
 * @property {string} name
 * @property {boolean} [isSuite] Runs mocha: its tests are counted, and having none is a failure.
 * @property {(output: StageOutput) => Promise<unknown>} run Rejects when the stage failed.
 */

/**
 * Runs one stage and says how it ended. Never rejects: a failure is one more in the counts.
 * @param {Stage} stage
 * @param {(line: string) => void} [write] Default: to the console.
 * @returns {Promise<StageResult>}
 */
export async function runStage({ name, isSuite, run }, write = (line) => console.log(line)) {
  const progress = (/** @type {string} */ message) => write(`[${elapsed()}] ${message}`);
  const started = performance.now();
  progress(`${name} …`);
  const counter = mochaCounter();
  const print = (/** @type {string} */ line) => write(`  ${name} │ ${line}`);
  const watch = (/** @type {string} */ line) => {
    counter.watch(line);
    print(line);
  };
  /** @type {unknown} */
  let failure;
  await run({ print, watch }).catch((error) => (failure = error ?? new Error('unknown failure')));
  const counts = counter.counts() ?? { passed: 0, failed: 0 };
  if (isSuite && failure === undefined && counts.passed === 0) {
    failure = new Error('No test ran.');
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const tests = isSuite ? `, ${counts.passed} passed, ${counts.failed} failed` : '';
  if (failure === undefined) {
    progress(`${name} ok (${seconds} s${tests})`);
    return { ...counts, report: [] };
  }
  const failed = `${name} FAILED (${seconds} s${tests})\n${messageOf(failure)}`;
  progress(failed);
  // What failed beside the tests themselves counts too, so that the total never reads as success.
  return {
    ...counts,
    failed: Math.max(counts.failed, 1),
    report: [failed, ...counter.failures()],
  };
}
