// What TensorBoard's text tab says about a run, in Markdown: what it is, its layers, what was found.
import type { Finding } from '../core/finding';
import type { LayerInfo } from '../core/run';

/** What is known of a run when it begins; the model's layers come later. */
export interface EventLogInfo {
  /** Workspace-relative path of the model. */
  model: string;
  /** Milliseconds since 1970. */
  startedAt: number;
  seed: number;
  backend: string;
  hyperparameters: Readonly<Record<string, number | string | boolean>>;
  /** By name: `gradientLens`, `tfjs`, … */
  versions: Readonly<Record<string, string>>;
  /** SHA-256 of the model's text. */
  sha256?: string;
}

/** Markdown's own characters, and line ends, as text within a cell. */
function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\|`*_<>[\]]/g, '\\$&');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The run as a table of two columns. */
export function runText(info: EventLogInfo): string {
  const rows: [string, string][] = [
    ['Model', info.model],
    ...(info.sha256 === undefined ? [] : [['SHA-256', info.sha256] as [string, string]]),
    ['Started', new Date(info.startedAt).toISOString()],
    ['Seed', String(info.seed)],
    ['Backend', info.backend],
    ...Object.entries(info.versions),
    ...Object.entries(info.hyperparameters).map(([k, v]): [string, string] => [k, String(v)]),
  ];
  return table(
    ['', ''],
    rows.map(([name, value]) => [cell(name), cell(value)]),
  );
}

/** The layers with trainable tensors, in forward order. */
export function layersText(layers: readonly LayerInfo[]): string {
  return table(
    ['Layer', 'Class', 'Activation', 'Tensors', 'Line'],
    layers.map((layer) => [
      cell(layer.name),
      cell(layer.className),
      cell(layer.activation ?? ''),
      cell(layer.tensors.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join(', ')),
      layer.line === undefined ? '' : String(layer.line),
    ]),
  );
}

/** Findings, those that hold first. */
export function findingsText(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'Nothing found.';
  const line = ({ severity, rule, firstStep, closedStep, message }: Finding): string =>
    `- **${severity}** ${rule} (from step ${firstStep}` +
    `${closedStep === undefined ? '' : `, closed at step ${closedStep}`}): ${cell(message)}`;
  const open = findings.filter(({ closedStep }) => closedStep === undefined);
  const closed = findings.filter(({ closedStep }) => closedStep !== undefined);
  return [...open, ...closed].map(line).join('\n');
}
