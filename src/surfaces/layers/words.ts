// What is said of a line of layers: the hint at its end and the table of its hover. Pure text.
import type { Finding, Severity } from '../../shared/core/finding';
import type { LayerPulse, Trend } from './pulse';
import { sparkline } from './pulse';

const ARROWS: Record<Trend, string> = { rising: '↗', falling: '↘', steady: '→' };

/** Rows of a table at most: a loop may build a hundred layers on one line. */
const MAX_ROWS = 12;

/** Two significant digits. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return '0';
  const magnitude = Math.abs(value);
  if (magnitude >= 0.01 && magnitude < 1000) return String(Number(value.toPrecision(2)));
  return value.toExponential(1).replace('e+', 'e').replace('.0e', 'e');
}

/** A rule's id in words: `vanishing gradient`. */
export function ruleWords(rule: Finding['rule']): string {
  return rule.replaceAll('-', ' ');
}

const RANK: Record<Severity, number> = { error: 2, warning: 1, information: 0 };

/** The open findings that name one of these layers, worst first. */
export function findingsOn(layers: readonly string[], findings: readonly Finding[]): Finding[] {
  return findings
    .filter(({ closedStep }) => closedStep === undefined)
    .filter(
      ({ layer, relatedLayers = [] }) =>
        (layer !== undefined && layers.includes(layer)) ||
        relatedLayers.some((name) => layers.includes(name)),
    )
    .sort((a, b) => RANK[b.severity] - RANK[a.severity]);
}

const normOf = ({ latest }: LayerPulse): number =>
  latest.gradient.nans > 0
    ? NaN
    : latest.gradient.posInfs + latest.gradient.negInfs > 0
      ? Infinity
      : latest.gradient.norm;

/** `‖∇‖ 0.012 ↘ vanishing gradient`; of several layers the range from the first to the last. */
export function hintOf(
  pulses: readonly LayerPulse[],
  findings: readonly Finding[],
): string | undefined {
  const [first] = pulses;
  const last = pulses.at(-1);
  if (!first || !last) return undefined;
  const state = findings[0] ? ` ${ruleWords(findings[0].rule)}` : '';
  if (pulses.length === 1) return `‖∇‖ ${short(normOf(first))} ${ARROWS[first.trend]}${state}`;
  const span = `${short(normOf(first))} … ${short(normOf(last))}`;
  return `‖∇‖ ${span} in ${pulses.length} layers${state}`;
}

/** What a stopped step did in one layer: `‖∇‖ 0.012, ‖δ‖ 0.0051, activation 0.31 ± 0.96, ‖w‖ 4.2, ‖Δw‖/‖w‖ 0.0011`. */
export function inlineOf(layers: readonly { name: string; pulse: LayerPulse }[]): string {
  if (layers.length > 1)
    return (
      hintOf(
        layers.map(({ pulse }) => pulse),
        [],
      ) ?? ''
    );
  const [layer] = layers;
  if (!layer) return '';
  const { latest } = layer.pulse;
  const { activation, activationGradient } = latest;
  return [
    `‖∇‖ ${short(normOf(layer.pulse))}`,
    activationGradient && `‖δ‖ ${short(activationGradient.norm)}`,
    activation && `activation ${short(activation.mean)} ± ${short(activation.std)}`,
    `‖w‖ ${short(latest.weight.norm)}`,
    `‖Δw‖/‖w‖ ${short(latest.updateRatio)}`,
  ]
    .filter((part) => part !== undefined)
    .join(', ');
}

const percent = (share: number | undefined): string =>
  share === undefined ? '' : `${short(share * 100)} %`;

/** Text of a cell: a name may hold what Markdown reads as a column. */
const cell = (text: string): string => text.replace(/[\\|`*_<>[\]]/g, '\\$&');

/** A Markdown table of the layers of one line. */
export function tableOf(layers: readonly { name: string; pulse: LayerPulse }[]): string {
  const shown = layers.slice(0, MAX_ROWS);
  const hasDead = shown.some(({ pulse }) => pulse.latest.deadUnits !== undefined);
  const hasSaturated = shown.some(({ pulse }) => pulse.latest.saturatedUnits !== undefined);
  const head = ['Layer', '‖∇‖', 'over the run', '‖Δw‖/‖w‖'];
  if (hasDead) head.push('dead');
  if (hasSaturated) head.push('saturated');
  const rows = shown.map(({ name, pulse }) => {
    const { latest, trend, points } = pulse;
    const row = [
      cell(name),
      `${short(normOf(pulse))} ${ARROWS[trend]}`,
      `\`${sparkline(points)}\``,
      short(latest.updateRatio),
    ];
    if (hasDead) row.push(percent(latest.deadUnits));
    if (hasSaturated) row.push(percent(latest.saturatedUnits));
    return row;
  });
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const ruler = head.map((_, i) => (i === 0 ? ':--' : i === 2 ? ':--' : '--:'));
  const more = layers.length - shown.length;
  return [
    line(head),
    line(ruler),
    ...rows.map(line),
    ...(more > 0 ? ['', `and ${more} more layers`] : []),
  ].join('\n');
}
