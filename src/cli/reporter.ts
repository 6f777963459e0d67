// Shows a run on a terminal: one live line, epochs and findings as they come, and at the end a table of
// the layers and the findings that hold. Without a terminal the live line becomes a line now and then.
import path from 'node:path';
import type { TrainingRun } from '../run/trainingRun';
import type { Finding, Severity } from '../shared/core/finding';
import type { EpochRecord } from '../shared/core/run';
import type { StepRecord } from '../shared/core/stepRecord';
import { LatestLayers } from './latestLayers';
import { findingKey, findingLines, placeOf, type FindingPlace } from './terminal/findingLines';
import { layerTable, type LayerRow } from './terminal/layerTable';
import { count, duration, plural, shortNumber } from './terminal/numbers';
import { progressLine } from './terminal/progressLine';
import { wrap, type Terminal } from './terminal/terminal';
import { openFindings } from './verdict';

/** Least time between two drawings of the live line, milliseconds. */
const LIVE_MS = 100;
/** Least time between two progress lines where there is no terminal, milliseconds. */
const PLAIN_MS = 10_000;
/** Least time between two lines about epochs, milliseconds. */
const EPOCH_MS = 1000;

const RANK: Record<Severity, number> = { information: 0, warning: 1, error: 2 };

/** Notice of a program that cannot be paused, which nobody can here. */
const CANNOT_PAUSE = 'never-awaits';
/** As wide as the word of a finding's severity and the gap behind it. */
const FAILED = 'failed   ';

/** What a reporter needs. */
export interface ReporterOptions {
  terminal: Terminal;
  /** Where a failure is told. */
  errors: Terminal;
  cwd: string;
  /** True while the program writes to the same terminal: a live line would be written into. */
  sharesTerminal: () => boolean;
  /** Milliseconds. */
  now?: () => number;
}

/** Listens to one run from before its start. */
export class CliReporter {
  private readonly latest = new LatestLayers();
  /** Highest severity at which a finding was told, by its key. */
  private readonly told = new Map<string, number>();
  private readonly closed = new Set<string>();
  private readonly noticed = new Set<string>();
  private firstLoss: number | undefined;
  private lastLoss: number | undefined;
  private lastShown = -Infinity;
  private lastEpoch = -Infinity;
  private readonly now: () => number;
  private readonly startedAt: number;

  constructor(
    private readonly run: TrainingRun,
    private readonly options: ReporterOptions,
  ) {
    this.now = options.now ?? (() => performance.now());
    this.startedAt = this.now();
    run.onDidStep((record) => this.step(record));
    run.onDidEndEpoch((epoch) => this.epoch(epoch));
    run.onDidChangeFindings((findings) => this.findings(findings));
    run.onDidChange(() => this.changed());
  }

  private get isLive(): boolean {
    return this.options.terminal.isLive && !this.options.sharesTerminal();
  }

  private get place(): FindingPlace {
    return { layers: this.run.layers, model: this.run.model, cwd: this.options.cwd };
  }

  /** What the program prints. */
  console(text: string): void {
    this.options.terminal.print(text);
  }

  private step(record: StepRecord): void {
    this.latest.note(record);
    this.firstLoss ??= record.loss;
    this.lastLoss = record.loss ?? this.lastLoss;
    const now = this.now();
    if (now - this.lastShown < (this.isLive ? LIVE_MS : PLAIN_MS)) return;
    this.lastShown = now;
    const { terminal } = this.options;
    const parts = progressLine(this.progressOf(record), terminal.width);
    if (this.isLive) terminal.live(parts);
    else terminal.print(parts.map(({ text }) => text).join(''));
  }

  private progressOf(record: StepRecord) {
    const { plan, stepsPerSecond, request } = this.run;
    return {
      record,
      ...plan,
      ...(request.maxSteps !== undefined && { maxSteps: request.maxSteps }),
      ...(stepsPerSecond !== undefined && { stepsPerSecond }),
    };
  }

  private epoch({ epoch, metrics }: EpochRecord): void {
    const now = this.now();
    if (now - this.lastEpoch < EPOCH_MS) return;
    this.lastEpoch = now;
    const { epochs } = this.run.plan;
    const values = Object.entries(metrics).map(
      ([name, value]) => `${name} ${shortNumber(value, 4)}`,
    );
    const text = [`epoch ${epoch}${epochs === undefined ? '' : `/${epochs}`}`, ...values].join(
      '  ',
    );
    this.options.terminal.print(text);
  }

  private findings(findings: readonly Finding[]): void {
    for (const finding of findings) {
      const key = findingKey(finding);
      if (finding.closedStep !== undefined) {
        this.close(key, finding);
        continue;
      }
      const rank = RANK[finding.severity];
      const before = this.told.get(key);
      if (before !== undefined && before >= rank) continue;
      this.told.set(key, rank);
      this.tell(finding, before !== undefined);
    }
  }

  private tell(finding: Finding, isKnown: boolean): void {
    const { terminal } = this.options;
    terminal.print(findingLines(finding, this.place, terminal, isKnown).join('\n'));
  }

  private close(key: string, { rule, layer, closedStep }: Finding): void {
    if (!this.told.has(key) || this.closed.has(key)) return;
    this.closed.add(key);
    const { terminal } = this.options;
    const what = [rule, ...(layer === undefined ? [] : [layer])].join('  ');
    terminal.print(
      terminal.style('good', `over     ${what}  no longer holds at step ${closedStep ?? 0}`),
    );
  }

  /** Notices, and what the run is doing before its first step. */
  private changed(): void {
    const { run } = this;
    const { terminal } = this.options;
    for (const { code, message } of run.notices) {
      const key = `${code} ${message}`;
      if (this.noticed.has(key) || code === CANNOT_PAUSE) continue;
      this.noticed.add(key);
      terminal.print(terminal.style('warning', `note     ${inCommandLineWords(message)}`));
    }
    if (run.currentStep === 0 && run.progress !== undefined && this.isLive) {
      terminal.live([{ text: `${run.progress} …`, style: 'faint' }]);
    }
  }

  /** The end: the table, the findings that hold, and the sum. */
  finish(): void {
    const { run } = this;
    const { terminal } = this.options;
    terminal.clear();
    const rows = this.rows();
    if (rows.length > 0) {
      const table = layerTable(rows, terminal.width, (style, text) => terminal.style(style, text));
      terminal.print(['', ...table, '', ''].join('\n'));
    }
    if (run.error) this.printError(run.error);
    const open = openFindings(run.findings);
    // What was told above is only named here; what changed since then is said in full.
    for (const finding of open) this.tell(finding, this.told.has(findingKey(finding)));
    terminal.print(this.sum(open));
  }

  private printError({ message, location }: NonNullable<TrainingRun['error']>): void {
    const { errors, cwd } = this.options;
    const lines = wrap(inCommandLineWords(message), errors.proseWidth - FAILED.length);
    const indent = ' '.repeat(FAILED.length);
    errors.print(
      [
        ...lines.map((line, i) => `${i === 0 ? errors.style('error', FAILED) : indent}${line}`),
        ...(location ? [`${indent}${errors.style('link', placeOf(location, cwd))}`] : []),
      ].join('\n'),
    );
  }

  private rows(): LayerRow[] {
    const listed = this.run.layers.map(({ name, line }) => ({ name, line }));
    const known = new Set(listed.map(({ name }) => name));
    const others = this.latest.names
      .filter((name) => !known.has(name))
      .map((name) => ({ name, line: undefined }));
    const gravest = new Map<string, Severity>();
    for (const { layer, severity } of openFindings(this.run.findings)) {
      if (layer === undefined) continue;
      const before = gravest.get(layer);
      if (before === undefined || RANK[severity] > RANK[before]) gravest.set(layer, severity);
    }
    return [...listed, ...others].flatMap(({ name, line }) => {
      const record = this.latest.get(name);
      if (!record) return [];
      const severity = gravest.get(name);
      return [{ name, record, ...(line !== undefined && { line }), ...(severity && { severity }) }];
    });
  }

  /** `completed after 500 steps on wasm in 3.2 s, loss 2.31 → 0.213: 1 error, 2 warnings` */
  private sum(open: readonly Finding[]): string {
    const { run } = this;
    const { terminal } = this.options;
    const time = duration((this.now() - this.startedAt) / 1000);
    const on = run.backend === '' ? '' : ` on ${run.backend}`;
    const loss =
      this.firstLoss === undefined
        ? ''
        : `, loss ${shortNumber(this.firstLoss, 4)} → ${shortNumber(this.lastLoss, 4)}`;
    const words = (['error', 'warning', 'information'] as const).flatMap((severity) => {
      const found = open.filter((finding) => finding.severity === severity).length;
      if (found === 0) return [];
      const noun = severity === 'information' ? `${found} worth knowing` : plural(found, severity);
      return [terminal.style(severity, noun)];
    });
    const over = run.findings.length - open.length;
    if (over > 0) words.push(terminal.style('faint', `${count(over)} no longer true`));
    const none = run.state === 'failed' ? [] : [terminal.style('good', 'no findings')];
    const found = (words.length > 0 ? words : none).map(
      (word, i) => (i === 0 ? ': ' : ', ') + word,
    );
    const name = path.basename(run.model);
    const steps = plural(run.currentStep, 'step');
    return `${terminal.style('strong', name)} ${run.state} after ${steps}${on} in ${time}${loss}${found.join('')}`;
  }
}

/** Messages of the runtime speak of the editor's setting. */
export function inCommandLineWords(message: string): string {
  return message
    .replace(/in the setting gradientLens\.backend/g, 'by --backend')
    .replace(/in the setting gradientLens\.node\.args/g, 'behind --');
}
