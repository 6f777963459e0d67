// What the command ends with: which findings count, and the exit code.
import type { Finding, Severity } from '../shared/core/finding';
import type { RunState } from '../shared/core/run';
import type { FailOn } from './options';

export const EXIT = {
  ok: 0,
  found: 1,
  failed: 2,
  /** 128 and the number of SIGINT, as shells count. */
  interrupted: 130,
} as const;

const RANK: Record<Severity, number> = { information: 0, warning: 1, error: 2 };

/** Findings that hold at the end. One that closed was cured by the training itself: it is told, not counted. */
export function openFindings(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ closedStep }) => closedStep === undefined);
}

/** Open findings at or above `failOn`. */
export function countingFindings(findings: readonly Finding[], failOn: FailOn): Finding[] {
  if (failOn === 'never') return [];
  return openFindings(findings).filter(({ severity }) => RANK[severity] >= RANK[failOn]);
}

/** The exit code of a run that has ended. */
export function exitCode(
  state: RunState,
  findings: readonly Finding[],
  failOn: FailOn,
  isInterrupted: boolean,
): number {
  if (isInterrupted) return EXIT.interrupted;
  if (state !== 'completed') return EXIT.failed;
  return countingFindings(findings, failOn).length > 0 ? EXIT.found : EXIT.ok;
}
