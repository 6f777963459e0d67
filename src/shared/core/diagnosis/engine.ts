// Runs the rules over the steps of a run and keeps the findings: a statement that persists opens
// one, later steps extend it, and one that no longer holds is closed, not deleted.
import type { Autopsy } from '../autopsy';
import type { ModelFacts } from '../facts';
import type { Consequence, Finding } from '../finding';
import type { EpochRecord, LayerInfo } from '../run';
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
  /** What this one states is explained by the finding of another rule, and listed there. */
  explainedBy: Watch | undefined;
}

/** The steps of one optimizer, and what the rules see in them. */
interface Group {
  window: DiagnosisWindow;
  watches: Watch[];
  /** Layers in its records. */
  layers: ReadonlySet<string>;
}

function isOpen({ finding }: Watch): boolean {
  return finding !== undefined && finding.closedStep === undefined;
}

/** True where an open finding of `cause` explains what `rule` would state. */
function explains(cause: Rule, rule: Rule): boolean {
  return rule.yieldsTo?.includes(cause.id) ?? false;
}

function describe(rule: Rule, statement: Statement, firstStep: number, lastStep: number): Finding {
  const { severity, evidence, message, remedies, expectation } = statement;
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
    ...(expectation !== undefined && { expectation }),
    reference: rule.reference,
  };
}

/** A finding with what it explains: the findings of the rules that yield to it, directly or in turn. */
function withConsequences(finding: Finding, cause: Watch, watches: readonly Watch[]): Finding {
  const consequences: Consequence[] = [];
  const collect = (of: Watch): void => {
    for (const watch of watches) {
      if (watch.explainedBy !== of || !watch.finding) continue;
      const { rule, layer, message, firstStep } = watch.finding;
      consequences.push({ rule, ...(layer !== undefined && { layer }), message, firstStep });
      collect(watch);
    }
  };
  collect(cause);
  if (consequences.length === 0) return finding;
  return { ...finding, consequences: consequences.sort((a, b) => a.firstStep - b.firstStep) };
}

/** True for a step whose gradients the sampling left out. */
function isUnsampled(record: StepRecord): boolean {
  return Object.keys(record.layers).length === 0;
}

/** Finds what is wrong with a run, step by step. */
export class Diagnosis {
  /** Window of the newest step. */
  private latest: DiagnosisWindow | undefined;
  private readonly groups = new Map<string, Group>();
  private facts: readonly ModelFacts[] = [];
  private readonly epochs: EpochRecord[] = [];
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

  /** Takes what is known of the models, each before its first step. */
  setFacts(facts: readonly ModelFacts[]): void {
    this.facts = facts;
    for (const group of this.groups.values()) group.window.facts = this.factsOf(group.layers);
  }

  /** Takes a finished epoch, after its last step. Rules see it with the next step. */
  observeEpoch(epoch: EpochRecord): void {
    this.epochs.push(epoch);
    // Whose epoch it is, where several optimizers train, no one can tell.
    const [only, ...others] = this.groups.values();
    if (only && others.length === 0) only.window.epochs = this.epochs;
  }

  /** Takes what was found out about a step that broke. True where the findings changed. */
  setAutopsy(autopsy: Autopsy): boolean {
    let changed = false;
    for (const group of this.groups.values()) {
      if (group.window.breakage?.record.step !== autopsy.step) continue;
      group.window.autopsy = autopsy;
      for (const watch of group.watches) watch.refreshedAt = -Infinity;
      changed = this.judge(group, group.window.record.step) || changed;
    }
    return changed;
  }

  /** Looks at the next step. True where the findings changed. */
  observe(record: StepRecord): boolean {
    if (isUnsampled(record)) {
      this.latest?.noteLossOnly(record);
      return false;
    }
    const group = this.groupOf(record);
    this.latest = group.window;
    group.window.note(record);
    return this.judge(group, record.step);
  }

  /** Asks all rules about the newest step. */
  private judge({ window, watches }: Group, step: number): boolean {
    let changed = false;
    for (const watch of watches) {
      const statement = watch.rule.evaluate(window);
      const cause = watches.find((other) => isOpen(other) && explains(other.rule, watch.rule));
      changed = this.take(watch, statement, step, cause) || changed;
    }
    if (changed) this.publish();
    return changed;
  }

  private factsOf(layers: ReadonlySet<string>): ModelFacts | undefined {
    return this.facts.find(({ trainedLayers }) => trainedLayers.some((name) => layers.has(name)));
  }

  /** Records of the same layers belong to the same optimizer. */
  private groupOf(record: StepRecord): Group {
    let first = '';
    let count = 0;
    for (const name in record.layers) if (count++ === 0) first = name;
    const key = `${count} ${first}`;
    let group = this.groups.get(key);
    if (!group) {
      const window = new DiagnosisWindow();
      window.setLayers(this.layers);
      const layers = new Set(Object.keys(record.layers));
      window.facts = this.factsOf(layers);
      const watches = this.rules.map((rule) => ({
        rule,
        held: 0,
        missed: 0,
        since: 0,
        finding: undefined,
        refreshedAt: 0,
        explainedBy: undefined,
      }));
      this.groups.set(key, (group = { window, watches, layers }));
    }
    return group;
  }

  private take(
    watch: Watch,
    statement: Statement | undefined,
    step: number,
    cause: Watch | undefined,
  ): boolean {
    const before = watch.explainedBy;
    if (cause && (statement || isOpen(watch))) watch.explainedBy = cause;
    // What outlives its explanation is a finding of its own.
    else if (statement && before && !isOpen(before)) watch.explainedBy = undefined;
    const isMoved = watch.explainedBy !== before && isOpen(watch);
    return this.follow(watch, statement, step) || isMoved;
  }

  /** Opens, extends or closes the finding of one rule. */
  private follow(watch: Watch, statement: Statement | undefined, step: number): boolean {
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
    if (!finding || !isOpen(watch) || watch.rule.lasting) return false;
    if (watch.missed < watch.rule.closeAfter) return false;
    watch.finding = { ...finding, closedStep: step };
    return true;
  }

  private publish(): void {
    const open = [...this.groups.values()].flatMap(({ watches }) =>
      watches
        .filter(({ explainedBy }) => explainedBy === undefined)
        .flatMap((watch) =>
          watch.finding ? [withConsequences(watch.finding, watch, watches)] : [],
        ),
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
