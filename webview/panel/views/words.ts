// Words and icons for states, rules and severities: one place, so that the page speaks with one voice.
import type { Finding, RuleId } from '../../../src/shared/core/finding';
import { RULE_WORDS, SEVERITY_RANK } from '../../../src/shared/core/findingWords';
import { isFinal } from '../../../src/shared/core/run';
import type { RunView } from '../../../src/shared/protocol/panel';
import { formatCount } from '../../../src/shared/charts/format';
import type { IconName } from '../icons';

const STATE_WORDS = {
  starting: 'Starting',
  running: 'Training',
  paused: 'Paused',
  completed: 'Completed',
  stopped: 'Stopped',
  failed: 'Failed',
} as const;

/** The same of a log: what is done with it here, whatever its training does. */
const LOG_WORDS = { ...STATE_WORDS, starting: 'Reading', running: 'Following' } as const;

const STATE_ICONS = {
  starting: 'circle',
  running: 'dot',
  paused: 'pause',
  completed: 'check',
  stopped: 'stop',
  failed: 'error',
} as const satisfies Record<RunView['state'], IconName>;

/** Steps that the run will have, where that is known. */
export function plannedSteps(view: RunView): number | undefined {
  const { maxSteps, epochs, stepsPerEpoch } = view;
  if (maxSteps !== undefined) return maxSteps;
  return epochs !== undefined && stepsPerEpoch !== undefined ? epochs * stepsPerEpoch : undefined;
}

/** `Step 120 of 400, paused in backward of dense_3`; of the cursor, or of the newest step without one. */
export function cursorWords(view: RunView): string {
  const { cursor } = view;
  const step = cursor?.step ?? view.step;
  const whole = plannedSteps(view) ?? view.step;
  const words = `Step ${formatCount(step)}${whole > step ? ` of ${formatCount(whole)}` : ''}`;
  if (cursor?.phase === undefined) return words;
  const place = cursor.layer === undefined ? cursor.phase : `${cursor.phase} of ${cursor.layer}`;
  return `${words}, paused in ${place}`;
}

/** True where the worker is gone although the run had not ended. */
export function isCutOff(view: RunView): boolean {
  return !view.live && !isFinal(view.state);
}

export function stateWord(view: RunView): string {
  if (isCutOff(view)) return 'Interrupted';
  return view.origin === 'log' ? LOG_WORDS[view.state] : STATE_WORDS[view.state];
}

export function stateIcon(view: RunView): IconName {
  return isCutOff(view) ? 'warning' : STATE_ICONS[view.state];
}

export function ruleWord(rule: RuleId): string {
  return RULE_WORDS[rule];
}

/** Rules whose name is too long for a badge. */
const BADGE_WORDS: Partial<Record<RuleId, string>> = {
  'vanishing-gradient': 'Vanishing',
  'exploding-gradient': 'Exploding',
  'non-finite': 'NaN / Inf',
  'poor-initialization': 'Initialization',
  'loss-activation-mismatch': 'Mismatch',
};

/** The rule in a word short enough for a badge. */
export function ruleBadge(rule: RuleId): string {
  return BADGE_WORDS[rule] ?? RULE_WORDS[rule];
}

/** Worst first, then the newest. */
export function bySeverity(a: Finding, b: Finding): number {
  return SEVERITY_RANK[a.severity] - SEVERITY_RANK[b.severity] || b.lastStep - a.lastStep;
}

export function isOpen(finding: Finding): boolean {
  return finding.closedStep === undefined;
}

/** Open findings that concern a layer, worst first. */
export function findingsOf(view: RunView, layer: string): Finding[] {
  return view.findings
    .filter(
      (finding) =>
        isOpen(finding) &&
        (finding.layer === layer || (finding.relatedLayers ?? []).includes(layer)),
    )
    .sort(bySeverity);
}

/** The backend as people write it, and that it is not in this window where that is so. */
export function backendWord({ backend, runtime }: Pick<RunView, 'backend' | 'runtime'>): string {
  const words: Record<string, string> = {
    webgl: 'WebGL',
    wasm: 'WebAssembly',
    cpu: 'CPU',
    tensorflow: 'TensorFlow',
  };
  const word = words[backend] ?? backend;
  return runtime === 'node' ? `${word} in Node` : word;
}
