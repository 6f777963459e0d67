// The report: the confusion table, then every miss and every false alarm with its message and numbers.
import type { RuleId } from '../../../src/shared/core/finding';
import type { FaultyVerdict, HealthyVerdict } from './judge';
import type { Sighting } from './observer';
import type { TrialResult } from './trial';

export interface Verdicts {
  healthy: readonly HealthyVerdict[];
  faulty: readonly FaultyVerdict[];
}

const short = (value: number): string =>
  Number.isNaN(value)
    ? 'NaN'
    : Math.abs(value) >= 1e4 || (value !== 0 && Math.abs(value) < 1e-3)
      ? value.toExponential(1)
      : value.toFixed(3);

function table(rows: readonly string[][]): string {
  const widths = (rows[0] ?? []).map((_, i) =>
    Math.max(...rows.map((row) => (row[i] ?? '').length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join('  '),
    )
    .join('\n');
}

function quantiles(steps: readonly number[]): string {
  if (steps.length === 0) return '–';
  const sorted = [...steps].sort((a, b) => a - b);
  return `${sorted[0] ?? 0} / ${sorted[sorted.length >> 1] ?? 0} / ${sorted.at(-1) ?? 0}`;
}

/** Rule × what became of its nets; counts are trials (a net with a seed). */
export function confusionTable({ healthy, faulty }: Verdicts): string {
  const rules = new Set<RuleId>([
    ...faulty.map(({ net }) => net.rule),
    ...healthy.flatMap(({ alarms }) => alarms.map(({ rule }) => rule)),
  ]);
  const head = [
    'rule',
    'nets',
    'trials',
    'fail',
    'right',
    'wrong layer',
    'otherwise',
    'informed',
    'missed',
    'harmless, warned',
    'first step min/median/max',
    'false alarms',
  ];
  const rows = [...rules].sort().map((rule) => {
    const own = faulty.filter(({ net }) => net.rule === rule);
    const failing = own.filter(({ fails }) => fails);
    const count = (outcome: string) =>
      String(failing.filter((one) => one.outcome === outcome).length);
    const steps = own.flatMap(({ named }) => (named?.alarmAt === undefined ? [] : [named.alarmAt]));
    return [
      rule,
      String(new Set(own.map(({ net }) => net.name)).size),
      String(own.length),
      String(failing.length),
      count('right'),
      count('wrongLayer'),
      count('otherwise'),
      count('informed'),
      count('missed'),
      String(
        own.filter(({ fails, outcome }) => !fails && outcome !== 'missed' && outcome !== 'informed')
          .length,
      ),
      quantiles(steps),
      String(healthy.filter(({ alarms }) => alarms.some((alarm) => alarm.rule === rule)).length),
    ];
  });
  return table([head, ...rows]);
}

const curve = ({ losses }: TrialResult): string => losses.map(short).join(' ');

function describe({
  rule,
  severity,
  layer,
  alarmAt,
  seenAt,
  closedStep,
  message,
  consequences,
}: Sighting): string {
  const place = layer === undefined ? '' : ` at ${layer}`;
  const until = closedStep === undefined ? '' : `, closed at ${closedStep}`;
  const under = consequences.length === 0 ? '' : ` [with ${consequences.join(', ')}]`;
  return `${severity} ${rule}${place}, step ${alarmAt ?? seenAt}${until}: ${message}${under}`;
}

/** Every false alarm, and every healthy net that is none. */
export function falseAlarms({ healthy }: Verdicts): string[] {
  return healthy
    .filter(({ alarms, unsound }) => alarms.length > 0 || unsound !== undefined)
    .map(({ net, result, alarms, unsound }) =>
      [
        `${net.name}, seed ${result.seed} (${net.about}; skill ${short(result.skill)}, ${result.steps} steps)`,
        ...(unsound === undefined ? [] : [`  UNSOUND: ${unsound}`]),
        ...alarms.map((alarm) => `  ${describe(alarm)}`),
        `  losses ${curve(result)}`,
      ].join('\n'),
    );
}

/** Every faulty net that fails and was not rightly named. */
export function misses({ faulty }: Verdicts): string[] {
  return faulty.filter(({ isWrong }) => isWrong).map((verdict) => explain(verdict));
}

/** Failing nets that were rightly named but about which other rules spoke too. */
export function doubles({ faulty }: Verdicts): string[] {
  return faulty
    .filter(({ isWrong, outcome, beside }) => !isWrong && outcome === 'right' && beside.length > 0)
    .map(({ net, result, beside }) =>
      [
        `${net.name}, seed ${result.seed}`,
        ...beside.map((one) => `  beside ${net.rule}: ${describe(one)}`),
      ].join('\n'),
    );
}

/** Faults that did not hurt at a seed: what was said all the same. */
export function harmless({ faulty }: Verdicts): string[] {
  return faulty
    .filter(({ net, fails }) => !fails && net.harm !== 'none')
    .map((verdict) => explain(verdict));
}

export function explain({ net, result, twin, outcome, named, beside }: FaultyVerdict): string {
  const skill = net.harm === 'generalization' ? result.validationSkill : result.skill;
  const other = net.harm === 'generalization' ? twin?.validationSkill : twin?.skill;
  const wanted = [net.rule, ...(net.alternatives?.rules ?? [])].join(' or ');
  const place = net.layers ? ` at ${net.layers.join(' or ')}` : '';
  const said = result.sightings.filter((one) => one === named || !beside.includes(one));
  return [
    `${net.name}, seed ${result.seed}: ${outcome}; wanted ${wanted}${place} (${net.fault}; skill ${short(skill ?? NaN)}, twin ${net.twin} ${short(other ?? NaN)}, ${result.steps} steps)`,
    ...(result.error === undefined ? [] : [`  ERROR: ${result.error}`]),
    ...[...said, ...beside].map((one) => `  ${describe(one)}`),
    `  losses ${curve(result)}`,
  ].join('\n');
}
