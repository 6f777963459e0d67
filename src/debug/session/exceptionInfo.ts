// What the editor shows where an exception filter has stopped: the finding, its evidence and its remedies.
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Finding, RuleId } from '../../shared/core/finding';
import type { ExceptionStop } from '../breakpoints/mark';
import { numberText } from '../expression/values';

/** @param findings As they are now: what is known of a broken step may have come after the stop. */
export function exceptionInfo(
  exception: ExceptionStop,
  findings: readonly Finding[],
): DebugProtocol.ExceptionInfoResponse['body'] {
  const { filter, text } = exception;
  const finding = newest(exception, findings);
  const id = filter === 'any-finding' ? (finding?.rule ?? filter) : filter;
  const cause = finding && finding.message !== text ? ` ${finding.message}` : '';
  return {
    ...{ exceptionId: id, breakMode: 'always' as const },
    description: `${text}${cause}`,
    details: {
      message: text,
      typeName: id,
      ...(finding && { stackTrace: wordsOf(finding) }),
    },
  };
}

/** What numbers break of, the likeliest first. */
const CAUSES: readonly RuleId[] = [
  'non-finite',
  'data-range',
  'loss-activation-mismatch',
  'exploding-gradient',
  'loss-divergence',
];

/** The finding as it is now; of numbers that broke, the one that speaks of it or of its cause. */
function newest({ finding, filter }: ExceptionStop, findings: readonly Finding[]) {
  if (finding) {
    const { rule, layer, firstStep } = finding;
    const same = (one: Finding): boolean =>
      one.rule === rule && one.layer === layer && one.firstStep === firstStep;
    return findings.find(same) ?? finding;
  }
  if (filter !== 'non-finite') return undefined;
  const open = findings.filter(({ closedStep }) => closedStep === undefined);
  return (
    open.find(({ consequences }) => consequences?.some(({ rule }) => rule === 'non-finite')) ??
    CAUSES.flatMap((rule) => open.filter((one) => one.rule === rule))[0]
  );
}

function wordsOf({ evidence, remedies, consequences, reference }: Finding): string {
  const { measured, threshold, unit, window } = evidence;
  return [
    `Evidence: ${numberText(measured, 4)} against ${numberText(threshold, 4)} (${unit}, over ${window} steps)`,
    ...(consequences ?? []).map(({ message }) => `What follows: ${message}`),
    ...remedies.map(({ title }, i) => `Remedy ${i + 1}: ${title}`),
    `Reference: ${reference}`,
  ].join('\n');
}
