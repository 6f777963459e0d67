// The tables: for the terminal all of it, for the README the part that readers ask for.
import type { Results, Row } from './results';

type Cell = string | number;

/** Columns padded to their widest cell; numbers to the right. */
export function formatTable(head: readonly string[], body: readonly (readonly Cell[])[]): string {
  const text = (cell: Cell): string => (typeof cell === 'number' ? cell.toFixed(3) : cell);
  const rows = [head, ...body.map((row) => row.map(text))];
  const widths = head.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const isNumber = head.map((_, i) => typeof body[0]?.[i] === 'number');
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (isNumber[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [
    line(head),
    widths.map((width) => '─'.repeat(width)).join('  '),
    ...rows.slice(1).map(line),
  ].join('\n');
}

const HEAD = [
  'backend',
  'net',
  'optimizer',
  'variant',
  'against',
  'min',
  'median',
  'max',
  'ms',
  'pairs',
];

interface Shown extends Pick<
  Row,
  'backend' | 'net' | 'optimizer' | 'min' | 'ratio' | 'max' | 'ms' | 'pairs'
> {
  variant: string;
  against: string;
}

function section(title: string, rows: readonly Shown[]): string {
  if (rows.length === 0) return '';
  const body = rows.map((row) => [
    row.backend,
    row.net,
    row.optimizer,
    row.variant,
    row.against,
    row.min,
    row.ratio,
    row.max,
    row.ms,
    String(row.pairs),
  ]);
  return `\n${title}\n\n${formatTable(HEAD, body)}\n`;
}

/** Everything, as text. */
export function formatResults(results: Results): string {
  const { machine, versions, rows, programs, activations, firstStep } = results;
  const computed = machine.renderer === undefined ? '' : `, WebGL by ${machine.renderer}`;
  return [
    `\n${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}${computed}`,
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
    section('Time per step: ratios of interleaved block pairs; noop is the noise floor', rows),
    section(
      'Unchanged programs with other loops, against the same program on plain tfjs',
      programs.map((row) => ({ ...row, variant: `${row.variant} (${row.program})` })),
    ),
    section(
      'Activations and δ recorded as well',
      activations.map((row) => ({ ...row, variant: `ours (${row.sampling})` })),
    ),
    section('First step in a fresh browser, from building the model to its loss', firstStep),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

/** The README's table: one line per net, optimizer and backend. */
export function formatMarkdown({ machine, versions, rows }: Results): string {
  const keyOf = ({ backend, net, optimizer }: Row): string => `${backend}|${net}|${optimizer}`;
  const find = (key: string, variant: Row['variant'], against: Row['against']): string => {
    const row = rows.find(
      (one) => keyOf(one) === key && one.variant === variant && one.against === against,
    );
    return row === undefined ? '–' : row.ratio.toFixed(2);
  };
  const lines = [...new Set(rows.map(keyOf))].map((key) => {
    const ratios = [
      `**${find(key, 'ours', 'trainOnBatch')}**`,
      find(key, 'ours', 'ours-off'),
      find(key, 'hook', 'trainOnBatch'),
      find(key, 'readback', 'trainOnBatch'),
      find(key, 'tfjs-vis', 'trainOnBatch'),
      find(key, 'noop', 'trainOnBatch'),
    ];
    return `| ${[...key.split('|'), ...ratios].join(' | ')} |`;
  });
  const webgl = machine.renderer === undefined ? '' : ` WebGL is computed by ${machine.renderer}.`;
  return [
    '| backend | net | optimizer | our loop | our loop, against itself without statistics | unchanged program under the lens | reading every gradient back | tfjs-vis `tensorStats` | noise floor |',
    '| --- | --- | --- | --: | --: | --: | --: | --: | --: |',
    ...lines,
    '',
    `${machine.cpu}, ${machine.cores} cores, Chromium ${versions['chromium'] ?? ''}, tfjs ${versions['tfjs'] ?? ''}.${webgl}`,
    '',
  ].join('\n');
}
