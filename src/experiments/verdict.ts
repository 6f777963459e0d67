// Did a fix help? Compares two runs of the same steps and seed, one with the fix, one without.
import type { Finding, RuleId } from '../shared/core/finding';
import type { RunState } from '../shared/core/run';

/** What is compared of a run. */
export interface Trained {
  state: RunState;
  error?: { message: string };
  findings: readonly Finding[];
  /** In step order. */
  steps: readonly { step: number; loss?: number }[];
}

export type Outcome =
  /** It came up without the fix and does not with it, and nothing worse came instead. */
  | 'cured'
  /** It came up with the fix as well. */
  | 'not-cured'
  /** It is gone, but an error is there that was not before. */
  | 'replaced'
  /** It did not come up without the fix either. */
  | 'not-reproduced'
  /** The fixed version does not train. */
  | 'failed'
  /** A run ended before its steps. */
  | 'unfinished';

export interface Verdict {
  outcome: Outcome;
  /** One or two sentences with the numbers. */
  words: string;
}

/** Share of the steps whose losses are averaged at either end. */
const END_SHARE = 0.1;

/** Mean of the finite losses of the first and of the last steps; NaN where there are none. */
export function lossEnds(steps: Trained['steps']): { first: number; last: number } {
  const losses = steps.flatMap(({ loss }) => (loss === undefined ? [] : [loss]));
  const count = Math.max(1, Math.round(losses.length * END_SHARE));
  const mean = (values: number[]): number => {
    const finite = values.filter(Number.isFinite);
    return finite.length === 0 ? NaN : finite.reduce((a, b) => a + b, 0) / finite.length;
  };
  return { first: mean(losses.slice(0, count)), last: mean(losses.slice(-count)) };
}

/** True where a run states the rule, as a finding that is open or as what follows from one. */
function states({ findings }: Trained, rule: RuleId): boolean {
  return findings
    .filter(({ closedStep }) => closedStep === undefined)
    .some(
      (finding) =>
        finding.rule === rule || finding.consequences?.some((other) => other.rule === rule),
    );
}

const words = (rule: RuleId): string => rule.replaceAll('-', ' ');
const short = (value: number): string =>
  Number.isNaN(value) ? 'no number' : String(Number(value.toPrecision(3)));

/** `the loss goes from 2.3 to 0.41`. */
function lossWords(run: Trained): string {
  const { first, last } = lossEnds(run.steps);
  return `the loss goes from ${short(first)} to ${short(last)}`;
}

/** Judges the fix of a finding of `rule` after `count` steps of both versions. */
export function judgeFix(rule: RuleId, count: number, without: Trained, withFix: Trained): Verdict {
  const losses = `With the fix ${lossWords(withFix)}, without it ${lossWords(without)}.`;
  if (withFix.state === 'failed') {
    const reason = withFix.error?.message ?? 'no reason given';
    return { outcome: 'failed', words: `The fixed version does not train: ${reason}` };
  }
  const reached = (run: Trained): number => run.steps.at(-1)?.step ?? 0;
  // A training that overflows may end early by itself; then it was long enough to say so.
  const isShort = (run: Trained): boolean => reached(run) < count && run.state === 'stopped';
  if (isShort(withFix) || isShort(without)) {
    return { outcome: 'unfinished', words: `The comparison ended before its ${count} steps.` };
  }
  if (states(withFix, rule)) {
    return { outcome: 'not-cured', words: `Not cured: ${words(rule)} comes up with the fix as well. ${losses}` }; // prettier-ignore
  }
  if (!states(without, rule)) {
    const text = `Not reproduced: without the fix, ${words(rule)} did not come up in ${count} steps either. ${losses}`;
    return { outcome: 'not-reproduced', words: text };
  }
  const worse = withFix.findings.find(
    (finding) =>
      finding.severity === 'error' &&
      finding.closedStep === undefined &&
      !states(without, finding.rule),
  );
  if (worse) {
    const text = `The ${words(rule)} is gone, but there is ${words(worse.rule)} instead: ${worse.message}`;
    return { outcome: 'replaced', words: text };
  }
  const text = `Cured: no ${words(rule)} in ${count} steps. ${losses}`;
  return { outcome: 'cured', words: text };
}
