// Holds what was found against the label.
import type { RuleId } from '../../../src/shared/core/finding';
import { RANK, type Sighting } from './observer';
import type { FaultyNet, HealthyNet } from './recipe';
import type { TrialResult } from './trial';

/** Share of its twin's skill that a net must lose for the fault to count as one that hurts. */
const LOST_SHARE = 0.15;

/** What became of one faulty net with one seed. */
export type Outcome =
  /** Warned of, by the right rule; `wrongLayer` where it points elsewhere. */
  | 'right'
  | 'wrongLayer'
  /** Only other rules warned. */
  | 'otherwise'
  /** No warning, but an information by the right rule. */
  | 'informed'
  | 'missed';

export interface FaultyVerdict {
  net: FaultyNet;
  result: TrialResult;
  twin: TrialResult | undefined;
  /** Whether it really failed: what its label says, confirmed by training. */
  fails: boolean;
  outcome: Outcome;
  /** The finding that counts as right. */
  named?: Sighting;
  /** Warnings and errors by other rules that are not folded under the right one. */
  beside: Sighting[];
  /** True where it must be named and is not, or is named with the wrong layer. */
  isWrong: boolean;
}

export interface HealthyVerdict {
  net: HealthyNet;
  result: TrialResult;
  /** Warnings and errors. */
  alarms: Sighting[];
  /** Why the net itself is not what its name says; a healthy net must learn. */
  unsound?: string;
}

/** Skill below which a healthy net is none. */
const SOUND_SKILL = 0.3;

const isAlarm = ({ severity }: Sighting): boolean => RANK[severity] > 0;

export function judgeHealthy(net: HealthyNet, result: TrialResult): HealthyVerdict {
  const unsound =
    result.error ??
    (result.skill >= SOUND_SKILL
      ? undefined
      : `it learns nothing (skill ${result.skill.toFixed(2)})`);
  return {
    net,
    result,
    alarms: result.sightings.filter(isAlarm),
    ...(unsound !== undefined && { unsound }),
  };
}

/** True where a net ended clearly below its twin. */
export function hasFailed(
  net: FaultyNet,
  result: TrialResult,
  twin: TrialResult | undefined,
): boolean {
  const of = (one: TrialResult | undefined): number =>
    (net.harm === 'generalization' ? one?.validationSkill : one?.skill) ?? NaN;
  const own = of(result);
  if (result.error !== undefined || Number.isNaN(own)) return true;
  const reference = of(twin);
  return Number.isNaN(reference) || own < (1 - LOST_SHARE) * reference;
}

export function judgeFaulty(
  net: FaultyNet,
  result: TrialResult,
  twin: TrialResult | undefined,
): FaultyVerdict {
  const fails = net.harm !== 'none' && hasFailed(net, result, twin);
  const accepted: readonly RuleId[] = [net.rule, ...(net.alternatives?.rules ?? [])];
  const ofRule = result.sightings.filter(({ rule }) => accepted.includes(rule));
  const alarms = result.sightings.filter(isAlarm);
  const right = ofRule.filter(isAlarm);
  // Seen before the root cause was, and folded under it since.
  const folded = new Set(right.flatMap(({ consequences }) => consequences));
  const placed = right.find(({ layer }) => !net.layers || net.layers.includes(layer ?? ''));
  const named = placed ?? right[0] ?? ofRule[0];
  const outcome: Outcome = placed
    ? 'right'
    : right.length > 0
      ? 'wrongLayer'
      : alarms.length > 0
        ? 'otherwise'
        : ofRule.length > 0
          ? 'informed'
          : 'missed';
  // Where nothing is lost, an information is all that is asked for, of defects that hurt elsewhere.
  const wanted = fails ? outcome === 'right' : net.harm !== 'none' || ofRule.length > 0;
  return {
    net,
    result,
    twin,
    fails,
    outcome,
    ...(named && { named }),
    beside: alarms.filter(({ rule }) => !accepted.includes(rule) && !folded.has(rule)),
    isWrong: !wanted,
  };
}
