// Runs the rules over the steps of a run and keeps the findings: a statement that persists opens
// one, later steps extend it, and one that no longer holds is closed, not deleted.
import type { Autopsy } from '../autopsy';
import type { ModelFacts } from '../facts';
import type { Consequence, Finding, Severity } from '../finding';
import type { EpochRecord, LayerInfo } from '../run';
import type { StepRecord } from '../stepRecord';
import type { Rule, Statement } from './rule';
import { classImbalance } from './rules/classImbalance';
import { dataRange } from './rules/dataRange';
import { deadUnits } from './rules/deadUnits';
import { explodingGradient } from './rules/explodingGradient';
import { frameworkDefect } from './rules/frameworkDefect';
import { lossActivationMismatch } from './rules/lossActivationMismatch';
import { lossDivergence } from './rules/lossDivergence';
import { lossOscillation } from './rules/lossOscillation';
import { lossPlateau } from './rules/lossPlateau';
import { nonFinite } from './rules/nonFinite';
import { overfitting } from './rules/overfitting';
import { poorInitialization } from './rules/poorInitialization';
import { saturatedUnits } from './rules/saturatedUnits';
import { unchangedWeights } from './rules/unchangedWeights';
import { updateRatio } from './rules/updateRatio';
import { vanishingGradient } from './rules/vanishingGradient';
import { DiagnosisWindow } from './window';

/** All rules, in the order in which they are asked. To add a check: write its file, add it here. */
export const RULES: readonly Rule[] = [
  classImbalance,
  dataRange,
  deadUnits,
  explodingGradient,
  frameworkDefect,
  lossActivationMismatch,
  lossDivergence,
  lossOscillation,
  lossPlateau,
  nonFinite,
  overfitting,
  poorInitialization,
  saturatedUnits,
  unchangedWeights,
  updateRatio,
  vanishingGradient,
];

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

/** Key of the steps that have no layers. */
const NO_LAYERS = '0 ';

function isOpen({ finding }: Watch): boolean {
  return finding !== undefined && finding.closedStep === undefined;
}

const RANK: Readonly<Record<Severity, number>> = { information: 0, warning: 1, error: 2 };

/**
 * True where the finding of `cause` explains that of `watch`: its rule yields to it. What is merely worth
 * knowing explains no failure, which would disappear below it.
 */
function explains(cause: Watch, watch: Watch): boolean {
  if (!isOpen(cause) || !cause.finding || !watch.finding) return false;
  const { yieldsTo, yieldsAtSameLayer } = watch.rule;
  const { layer } = watch.finding;
  const isSameLayer = layer !== undefined && layer === cause.finding.layer;
  const yields =
    yieldsTo?.includes(cause.rule.id) ||
    (isSameLayer && yieldsAtSameLayer?.includes(cause.rule.id));
  if (!yields) return false;
  return cause.finding.severity !== 'information' || watch.finding.severity === 'information';
}

/** Finds what explains an open finding. True where that has changed. */
function explain(watch: Watch, watches: readonly Watch[]): boolean {
  if (!isOpen(watch)) return false;
  const before = watch.explainedBy;
  const cause = watches.find((other) => explains(other, watch));
  if (cause) watch.explainedBy = cause;
  // What holds on when its explanation does not, or outgrows it, is a finding of its own. What is
  // about to close stays where it was.
  else if (watch.missed === 0) watch.explainedBy = undefined;
  return watch.explainedBy !== before;
}

function describe(rule: Rule, statement: Statement, firstStep: number, lastStep: number): Finding {
  const { severity, evidence, message, remedies, expectation, location } = statement;
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
    ...(location !== undefined && { location }),
  };
}

/** A finding with what it explains: the findings of the rules that yield to it, directly or in turn. */
function withConsequences(finding: Finding, cause: Watch, watches: readonly Watch[]): Finding {
  const consequences: Consequence[] = [];
  // A cause is as grave as what follows from it.
  let { severity } = finding;
  const collect = (of: Watch): void => {
    for (const watch of watches) {
      if (watch.explainedBy !== of || !watch.finding) continue;
      const { rule, layer, message, firstStep } = watch.finding;
      const isWorse = isOpen(watch) && RANK[watch.finding.severity] > RANK[severity];
      if (isWorse) severity = watch.finding.severity;
      consequences.push({ rule, ...(layer !== undefined && { layer }), message, firstStep });
      collect(watch);
    }
  };
  collect(cause);
  if (consequences.length === 0) return finding;
  return {
    ...finding,
    severity,
    consequences: consequences.sort((a, b) => a.firstStep - b.firstStep),
  };
}

/** True for a step of which no layer is known: the sampling left it out, or the source knows the loss alone. */
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
    for (const group of this.groups.values()) this.inform(group);
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
    if (isUnsampled(record) && this.latest && this.latest.traces.length > 0) {
      this.latest.noteLossOnly(record);
      return false;
    }
    const group = this.groupOf(record);
    this.noteTurn(group.window);
    this.latest = group.window;
    group.window.note(record);
    return this.judge(group, record.step);
  }

  /** An optimizer that comes back after another one: they train in turn. One that follows does not. */
  private noteTurn(window: DiagnosisWindow): void {
    if (!this.latest || this.latest === window || window.steps === 0) return;
    window.loss.isContested = this.latest.loss.isContested = true;
  }

  /** Asks all rules about the newest step. */
  private judge({ window, watches }: Group, step: number): boolean {
    let changed = false;
    for (const watch of watches) {
      changed = this.follow(watch, window, step) || changed;
    }
    // When all have spoken: a cause may have opened, or become worse, at this very step.
    for (const watch of watches) changed = explain(watch, watches) || changed;
    if (changed) this.publish();
    return changed;
  }

  private inform({ window, layers }: Group): void {
    window.facts = this.factsOf(layers);
    // Labels that move with the net move its loss, as an opponent would.
    if (window.facts?.labelsMove) window.loss.isContested = true;
  }

  private factsOf(layers: ReadonlySet<string>): ModelFacts | undefined {
    // The newest are of most samples. Models may share layers (a GAN): the one that trains just these.
    const isSame = ({ trainedLayers }: ModelFacts): boolean =>
      trainedLayers.length === layers.size && trainedLayers.every((name) => layers.has(name));
    const isSimilar = ({ trainedLayers }: ModelFacts): boolean =>
      trainedLayers.some((name) => layers.has(name));
    const newestFirst = [...this.facts].reverse();
    return newestFirst.find(isSame) ?? newestFirst.find(isSimilar);
  }

  /** The steps before the first that had layers are those of its optimizer. */
  private adopt(key: string, layers: ReadonlySet<string>): Group | undefined {
    const before = this.groups.get(NO_LAYERS);
    if (!before || layers.size === 0) return undefined;
    this.groups.delete(NO_LAYERS);
    const group = { ...before, layers };
    this.groups.set(key, group);
    this.inform(group);
    return group;
  }

  /** Records of the same layers belong to the same optimizer. */
  private groupOf(record: StepRecord): Group {
    let first = '';
    let count = 0;
    for (const name in record.layers) if (count++ === 0) first = name;
    const key = `${count} ${first}`;
    let group = this.groups.get(key) ?? this.adopt(key, new Set(Object.keys(record.layers)));
    if (!group) {
      const window = new DiagnosisWindow();
      window.setLayers(this.layers);
      const layers = new Set(Object.keys(record.layers));
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
      this.inform(group);
    }
    return group;
  }

  /** Opens, extends or closes the finding of one rule. */
  private follow(watch: Watch, window: DiagnosisWindow, step: number): boolean {
    const statement = watch.rule.evaluate(window);
    if (!statement) return this.miss(watch, step, window);
    if (watch.held === 0) watch.since = statement.since ?? step;
    watch.held++;
    watch.missed = 0;
    const { finding } = watch;
    if (isOpen(watch)) return this.extend(watch, statement, step);
    if (watch.held < watch.rule.openAfter) return false;
    // The same rule again after it was closed: a new finding, and the closed one stays, unless it was
    // but a consequence.
    if (finding && !watch.explainedBy) this.keepClosed(finding);
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

  private miss(watch: Watch, step: number, window: DiagnosisWindow): boolean {
    watch.held = 0;
    watch.missed++;
    const { finding } = watch;
    if (!finding || !isOpen(watch) || watch.rule.lasting) return false;
    const { rule } = watch;
    if (watch.missed < rule.closeAfter && !rule.isWithdrawn?.(window)) return false;
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
    if (finding.location) return finding;
    const location = this.layers.find((layer) => layer.name === finding.layer)?.location;
    return location ? { ...finding, location } : finding;
  }
}
