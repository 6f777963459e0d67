// Watches one training as the host's run does, and notes every finding that ever appeared.
import type { Finding, RuleId, Severity } from '../../../src/shared/core/finding';
import { Diagnosis } from '../../../src/shared/core/diagnosis/engine';
import type { ModelFacts } from '../../../src/shared/core/facts';
import type { EpochRecord, LayerInfo } from '../../../src/shared/core/run';
import type { StepRecord } from '../../../src/shared/core/stepRecord';

/** A finding as the suite saw it. */
export interface Sighting {
  rule: RuleId;
  /** The worst that it had. */
  severity: Severity;
  layer?: string;
  relatedLayers?: readonly string[];
  /** Step at which it was first published. */
  seenAt: number;
  /** Step at which it first was a warning or an error, if ever. */
  alarmAt?: number;
  /** Step to which it was dated. */
  firstStep: number;
  closedStep?: number;
  /** As it was worst. */
  message: string;
  /** Rules of the consequences that are folded under it. */
  consequences: RuleId[];
}

export const RANK: Readonly<Record<Severity, number>> = { information: 0, warning: 1, error: 2 };

/** Losses that {@link Observer.losses} thins to. */
const CURVE = 20;

/** Notes the findings of one run. */
export class Observer {
  readonly sightings: Sighting[] = [];
  steps = 0;
  /** Steps with a NaN or infinite loss or gradient, in a row. */
  brokenSteps = 0;
  /** Why facts and probes were given up. */
  givenUp: string | undefined;
  private readonly diagnosis = new Diagnosis();
  private readonly curve: number[] = [];
  private facts: ModelFacts[] = [];
  /** By rule and first step: one finding, however often it is brought up to date. */
  private readonly byKey = new Map<string, Sighting>();

  setLayers(layers: readonly LayerInfo[]): void {
    if (this.diagnosis.setLayers(layers)) this.look(this.steps);
  }

  takeFacts(facts: ModelFacts): void {
    const name = facts.trainedLayers.join();
    // Facts may come again, with more samples looked at.
    this.facts = [...this.facts.filter((one) => one.trainedLayers.join() !== name), facts];
    this.diagnosis.setFacts(this.facts);
  }

  take(records: readonly StepRecord[]): void {
    for (const record of records) {
      this.steps = record.step;
      this.curve.push(record.loss ?? NaN);
      this.brokenSteps = isBroken(record) ? this.brokenSteps + 1 : 0;
      if (this.diagnosis.observe(record)) this.look(record.step);
    }
  }

  giveUp(reason: string): void {
    this.givenUp ??= reason;
  }

  endEpoch(epoch: EpochRecord): void {
    this.diagnosis.observeEpoch(epoch);
  }

  /** The curve of the loss, thinned. */
  get losses(): number[] {
    const stretch = Math.max(1, Math.ceil(this.curve.length / CURVE));
    const means: number[] = [];
    for (let at = 0; at < this.curve.length; at += stretch) {
      const part = this.curve.slice(at, at + stretch);
      means.push(part.reduce((sum, loss) => sum + loss, 0) / part.length);
    }
    return means;
  }

  private look(step: number): void {
    for (const finding of this.diagnosis.findings) this.note(finding, step);
  }

  private note(finding: Finding, step: number): void {
    const { rule, severity, layer, relatedLayers, firstStep, closedStep, message } = finding;
    const key = `${rule} ${firstStep}`;
    const before = this.byKey.get(key);
    const isWorse = before === undefined || RANK[severity] > RANK[before.severity];
    const sighting: Sighting = before ?? {
      rule,
      severity,
      seenAt: step,
      firstStep,
      message,
      consequences: [],
    };
    if (isWorse) {
      Object.assign(sighting, { severity, message });
      if (layer !== undefined) sighting.layer = layer;
      if (relatedLayers) sighting.relatedLayers = relatedLayers;
    }
    if (RANK[severity] > 0) sighting.alarmAt ??= step;
    sighting.consequences = (finding.consequences ?? []).map((consequence) => consequence.rule);
    if (closedStep !== undefined) sighting.closedStep = closedStep;
    if (!before) {
      this.byKey.set(key, sighting);
      this.sightings.push(sighting);
    }
  }
}

function isBroken({ loss, layers }: StepRecord): boolean {
  if (loss !== undefined && !Number.isFinite(loss)) return true;
  return Object.values(layers).some(({ gradient }) => gradient.nans > 0);
}
