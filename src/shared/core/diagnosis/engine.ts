// Runs the rules over the steps of a run and keeps the findings: a statement that persists opens
// one, later steps extend it, and one that no longer holds is closed, not deleted.
import type { Finding } from '../finding';
import type { LayerInfo } from '../run';
import type { StepRecord } from '../stepRecord';
import type { Rule, Statement } from './rule';
import { explodingGradient } from './rules/explodingGradient';
import { nonFinite } from './rules/nonFinite';
import { vanishingGradient } from './rules/vanishingGradient';
import { DiagnosisWindow } from './window';

/** All rules, in the order in which they are asked. To add a check: write its file, add it here. */
export const RULES: readonly Rule[] = [explodingGradient, nonFinite, vanishingGradient];

/** Steps after which the numbers of an open finding are brought up to date. */
const REFRESH_STEPS = 20;
/** Closed findings kept beyond the last of each rule. */
const MAX_CLOSED = 100;

/** One rule over the steps of one optimizer. */
interface Watch {
  rule: Rule;
  /** Consecutive steps with, and without, a statement. */
  held: number;
  missed: number;
  /** Step at which the present run of statements began. */
  since: number;
  finding: Finding | undefined;
  refreshedAt: number;
}

function isOpen({ finding }: Watch): boolean {
  return finding !== undefined && finding.closedStep === undefined;
}

/** True where an open finding of `cause` explains what `rule` would state. */
function explains(cause: Rule, rule: Rule): boolean {
  return rule.yieldsTo?.includes(cause.id) ?? false;
}

function describe(rule: Rule, statement: Statement, firstStep: number, lastStep: number): Finding {
  const { severity, evidence, message, remedies } = statement;
  return {
    rule: rule.id,
    severity,
    ...(statement.layer !== undefined && { layer: statement.layer }),
    ...(statement.tensor !== undefined && { tensor: statement.tensor }),
    ...(statement.relatedLayers?.length && { relatedLayers: statement.relatedLayers }),
    firstStep,
    lastStep,
    evidence,
    message,
    remedies,
    reference: rule.reference,
  };
}

/** True for a step whose gradients the sampling left out. */
function isUnsampled(record: StepRecord): boolean {
  return Object.keys(record.layers).length === 0;
}

/** Finds what is wrong with a run, step by step. */
export class Diagnosis {
  /** Window of the newest step. */
  private latest: DiagnosisWindow | undefined;
  private readonly groups = new Map<string, { window: DiagnosisWindow; watches: Watch[] }>();
  private layers: readonly LayerInfo[] = [];
  private list: readonly Finding[] = [];

  constructor(private readonly rules: readonly Rule[] = RULES) {}

  /** Open and closed findings, by first step. A new array whenever one has changed. */
  get findings(): readonly Finding[] {
    return this.list;
  }

  /** Takes the layers in forward order. True where the findings changed (their locations). */
  setLayers(layers: readonly LayerInfo[]): boolean {
    this.layers = layers;
    for (const { window } of this.groups.values()) window.setLayers(layers);
    if (this.list.length === 0) return false;
    this.publish();
    return true;
  }

  /** Looks at the next step. True where the findings changed. */
  observe(record: StepRecord): boolean {
    if (isUnsampled(record)) {
      this.latest?.noteLossOnly(record);
      return false;
    }
    const { window, watches } = this.groupOf(record);
    this.latest = window;
    window.note(record);
    let changed = false;
    for (const watch of watches) {
      const yields = watches.some((other) => isOpen(other) && explains(other.rule, watch.rule));
      const statement = yields ? undefined : watch.rule.evaluate(window);
      changed = this.take(watch, statement, record.step) || changed;
    }
    if (changed) this.publish();
    return changed;
  }

  /** Records of the same layers belong to the same optimizer. */
  private groupOf(record: StepRecord) {
    let first = '';
    let count = 0;
    for (const name in record.layers) if (count++ === 0) first = name;
    const key = `${count} ${first}`;
    let group = this.groups.get(key);
    if (!group) {
      const window = new DiagnosisWindow();
      window.setLayers(this.layers);
      const watches = this.rules.map((rule) => ({
        rule,
        held: 0,
        missed: 0,
        since: 0,
        finding: undefined,
        refreshedAt: 0,
      }));
      this.groups.set(key, (group = { window, watches }));
    }
    return group;
  }

  private take(watch: Watch, statement: Statement | undefined, step: number): boolean {
    if (!statement) return this.miss(watch, step);
    if (watch.held === 0) watch.since = statement.since ?? step;
    watch.held++;
    watch.missed = 0;
    const { finding } = watch;
    if (isOpen(watch)) return this.extend(watch, statement, step);
    if (watch.held < watch.rule.openAfter) return false;
    // The same rule again after it was closed: a new finding, and the closed one stays.
    if (finding) this.keepClosed(finding);
    watch.finding = describe(watch.rule, statement, watch.since, step);
    watch.refreshedAt = step;
    return true;
  }

  private readonly closed: Finding[] = [];

  /** A rule that opens and closes all the time: the first findings and the newest tell the story. */
  private keepClosed(finding: Finding): void {
    this.closed.push(finding);
    if (this.closed.length > MAX_CLOSED) this.closed.splice(MAX_CLOSED / 2, 1);
  }

  /** Extends an open finding. Surfaces are told where its words or severity change, not every step. */
  private extend(watch: Watch, statement: Statement, step: number): boolean {
    const before = watch.finding;
    if (!before) return false;
    const isWorse = before.severity !== statement.severity;
    if (!isWorse && step - watch.refreshedAt < REFRESH_STEPS) {
      before.lastStep = step;
      return false;
    }
    watch.refreshedAt = step;
    watch.finding = describe(watch.rule, statement, before.firstStep, step);
    return true;
  }

  private miss(watch: Watch, step: number): boolean {
    watch.held = 0;
    watch.missed++;
    const { finding } = watch;
    if (!finding || !isOpen(watch)) return false;
    if (watch.missed < watch.rule.closeAfter) return false;
    watch.finding = { ...finding, closedStep: step };
    return true;
  }

  private publish(): void {
    const open = [...this.groups.values()].flatMap(({ watches }) =>
      watches.flatMap(({ finding }) => (finding ? [finding] : [])),
    );
    this.list = [...this.closed, ...open]
      .map((finding) => this.located(finding))
      .sort((a, b) => a.firstStep - b.firstStep);
  }

  private located(finding: Finding): Finding {
    const location = this.layers.find((layer) => layer.name === finding.layer)?.location;
    return location ? { ...finding, location } : finding;
  }
}
