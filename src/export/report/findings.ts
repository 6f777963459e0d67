// The findings of a report: what is wrong, on which evidence, where in the source, and what to do about it.
import { escapeText } from '../../shared/charts/svg';
import { formatCount, formatValue } from '../../shared/charts/format';
import type { Finding } from '../../shared/core/finding';
import { RULE_WORDS, SEVERITY_RANK, SEVERITY_WORDS } from '../../shared/core/findingWords';
import type { SourceLocation } from '../../shared/core/run';
import type { ExportedRun } from '../exportedRun';
import { el, prose, section } from './html';

/** Longest line of a source that is shown. */
const LINE = 200;

const isOpen = ({ closedStep }: Finding): boolean => closedStep === undefined;

/** Those that hold first, the gravest first. */
function byGravity(a: Finding, b: Finding): number {
  return (
    Number(isOpen(b)) - Number(isOpen(a)) ||
    SEVERITY_RANK[a.severity] - SEVERITY_RANK[b.severity] ||
    a.firstStep - b.firstStep
  );
}

/** File name and line: paths of the machine it ran on are nobody's business. */
export function placeWords({ file, line }: SourceLocation): string {
  return `${file.slice(file.lastIndexOf('/') + 1)}:${line}`;
}

/** `Steps 20–400` or `Steps 20–80, then no more`. */
function when({ firstStep, lastStep, closedStep }: Finding): string {
  const steps =
    firstStep === lastStep
      ? `Step ${formatCount(firstStep)}`
      : `Steps ${formatCount(firstStep)}–${formatCount(lastStep)}`;
  return closedStep === undefined ? steps : `${steps}; it no longer holds`;
}

function evidenceWords({ evidence, expectation }: Finding): string[] {
  const { measured, threshold, unit, window } = evidence;
  const words = [
    `Measured ${formatValue(measured)}, threshold ${formatValue(threshold)} (${unit}), over ` +
      `${formatCount(window)} step${window === 1 ? '' : 's'}.`,
  ];
  if (expectation) {
    const { expected, unit: of, words: why } = expectation;
    words.push(
      `Expected ${formatValue(expected)}, measured ${formatValue(expectation.measured)} (${of}): ${why}.`,
    );
  }
  return words;
}

function source(finding: Finding, sourceLine: ExportedRun['sourceLine']): string {
  const { location } = finding;
  if (!location) return '';
  const line = sourceLine?.(location)?.trim().slice(0, LINE);
  const place = el('p', 'small', escapeText(placeWords(location)));
  return line === undefined || line === '' ? place : place + el('pre', '', escapeText(line));
}

function findingOf(finding: Finding, sourceLine: ExportedRun['sourceLine']): string {
  const { rule, severity, layer, tensor, message, remedies, consequences, reference } = finding;
  const about = tensor ?? layer;
  const list = (name: string, items: readonly string[]): string =>
    items.length === 0 ? '' : el(name, '', ...items.map((item) => el('li', '', item)));
  const state = isOpen(finding) ? SEVERITY_WORDS[severity] : 'No longer holds';
  return el(
    'article',
    `finding ${isOpen(finding) ? severity : 'closed'}`,
    el(
      'h3',
      '',
      el('span', `badge ${severity}`, escapeText(state)),
      escapeText(RULE_WORDS[rule]),
      about === undefined ? '' : ` · ${el('code', '', escapeText(about))}`,
    ),
    el('p', '', prose(message)),
    source(finding, sourceLine),
    ...evidenceWords(finding).map((words) => el('p', 'small', prose(words))),
    el('p', 'small', escapeText(`${when(finding)}.`)),
    remedies.length === 0 ? '' : el('p', '', 'What to do, most effective first:'),
    list('ol', remedies.map(({ title }) => prose(title))), // prettier-ignore
    (consequences?.length ?? 0) === 0 ? '' : el('p', '', 'What follows from it:'),
    list(
      'ul',
      (consequences ?? []).map(
        (one) => `${escapeText(RULE_WORDS[one.rule])}: ${prose(one.message)}`,
      ),
    ),
    el('p', 'small', prose(`Source of the threshold: ${reference}`)),
  );
}

/** The findings as a section. */
export function findingsSection({ view, sourceLine }: ExportedRun): string {
  const findings = [...view.findings].sort(byGravity);
  if (findings.length === 0) {
    const none = view.step === 0 ? 'No step was recorded.' : 'No problems found.';
    return section('Findings', el('p', '', none));
  }
  return section('Findings', ...findings.map((finding) => findingOf(finding, sourceLine)));
}
