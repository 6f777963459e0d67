// What the editor shows where an exception filter has stopped: the finding, its evidence and its remedies.
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Finding } from '../../shared/core/finding';
import type { ExceptionStop } from '../breakpoints/mark';
import { numberText } from '../expression/values';

/** @param findings As they are now: what is known of a broken step may have come after the stop. */
export function exceptionInfo(
  exception: ExceptionStop,
  findings: readonly Finding[],
): DebugProtocol.ExceptionInfoResponse['body'] {
  const { filter, text } = exception;
  const finding = newest(exception, findings);
  return {
    ...{ exceptionId: finding?.rule ?? filter, breakMode: 'always' as const },
    description: finding?.message ?? text,
    details: {
      message: text,
      typeName: finding?.rule ?? filter,
      ...(finding && { stackTrace: wordsOf(finding) }),
    },
  };
}

function newest({ finding, filter }: ExceptionStop, findings: readonly Finding[]) {
  if (!finding) return findings.find(({ rule }) => rule === filter);
  const { rule, layer, firstStep } = finding;
  return (
    findings.find(
      (one) => one.rule === rule && one.layer === layer && one.firstStep === firstStep,
    ) ?? finding
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
