// Findings as they come: severity, rule, layer, steps and place in one line where it fits, then what was
// found and what helps first.
import path from 'node:path';
import type { Finding, Severity } from '../../shared/core/finding';
import type { LayerInfo, SourceLocation } from '../../shared/core/run';
import { findingLocation } from '../../surfaces/problemEntries';
import { wrap, type Style, type Terminal } from './terminal';

const INDENT = '  ';

/** The word of a severity; information is nothing to be alarmed by. */
const WORDS: Record<Severity, string> = { error: 'error', warning: 'warning', information: 'info' };

/** `models/deep.model.ts:17`, relative to the working directory where the file is in it. */
export function placeOf({ file, line }: SourceLocation, cwd: string): string {
  const relative = path.relative(cwd, file);
  const shown = relative.startsWith('..') || path.isAbsolute(relative) ? file : relative;
  return `${shown}:${line}`;
}

/** One finding over the steps: what names it stays, its numbers move. */
export function findingKey({ rule, layer, tensor, firstStep }: Finding): string {
  return [rule, layer, tensor, firstStep].join(' ');
}

/** Steps for which it held: `step 12`, `steps 12–40`, `since step 12`. */
function period({ firstStep, closedStep, lastStep }: Finding): string {
  if (closedStep === undefined) return `since step ${firstStep}`;
  return firstStep === lastStep ? `step ${firstStep}` : `steps ${firstStep}–${lastStep}`;
}

export interface FindingPlace {
  layers: readonly LayerInfo[];
  /** Path of the model file. */
  model: string;
  cwd: string;
}

/** The lines of one finding. `told`: it stands above already, so that its first line is enough. */
export function findingLines(
  finding: Finding,
  { layers, model, cwd }: FindingPlace,
  terminal: Pick<Terminal, 'style' | 'width' | 'proseWidth'>,
  told = false,
): string[] {
  const { severity, rule, layer, message, remedies, consequences = [] } = finding;
  const style = (name: Style, text: string) => terminal.style(name, text);
  const where = placeOf(findingLocation(finding, layers, model), cwd);
  const word = WORDS[severity].padEnd(WORDS.warning.length);
  const about = [...(layer === undefined ? [] : [layer]), period(finding)];
  const first = [style(severity, word), style('strong', rule), ...about].join('  ');
  const length = [word, rule, ...about, where].join('  ').length;
  // The place stays whole, so that a terminal can open it.
  const head =
    length < terminal.width
      ? [`${first}  ${style('link', where)}`]
      : [first, `${INDENT}${style('link', where)}`];
  if (told) return head;
  const prose = (text: string, bullet = '') =>
    wrap(text, terminal.proseWidth - INDENT.length - bullet.length).map((line, i) => {
      const mark = i === 0 ? style('good', bullet) : ' '.repeat(bullet.length);
      return `${INDENT}${bullet === '' ? '' : mark}${line}`;
    });
  const follows = [...new Set(consequences.map((consequence) => consequence.rule))];
  const remedy = remedies[0];
  return [
    ...head,
    ...prose(message),
    ...(follows.length > 0 ? prose(`It leads to: ${follows.join(', ')}.`) : []),
    ...(remedy ? prose(remedy.title, '→ ') : []),
  ];
}
