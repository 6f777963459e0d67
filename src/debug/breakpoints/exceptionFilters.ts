// The exception filters: what of a step stops the training by itself.
import type { DebugProtocol } from '@vscode/debugprotocol';
import { isNonFinite } from '../../run/notable';
import type { Finding, RuleId } from '../../shared/core/finding';
import type { StepRecord } from '../../shared/core/stepRecord';
import { holds, type Names } from '../expression/evaluate';
import { ExpressionError } from '../expression/expressionError';
import { namesOf } from '../expression/names';
import { parse, type Expression } from '../expression/parse';
import { numberText } from '../expression/values';
import { layerOf, type Phase } from '../walk/phases';
import { LossSpikes, SPIKE_RATIO } from './lossSpike';
import type { ExceptionStop, Mark, SteppedStep } from './mark';
import { firstNonFinite } from './nonFinite';
import { StatedFindings } from './statedFindings';

interface Filter {
  label: string;
  description: string;
  conditionDescription: string;
  /** Rules whose findings it stops at. */
  rules?: readonly RuleId[];
}

const EXPRESSION = 'An expression over the step that must hold too, e.g. step > 100';

const FILTERS: Readonly<Record<string, Filter>> = {
  'non-finite': {
    label: 'Not finite',
    description: 'Stops where the first NaN or infinity appears: output, loss, gradient or weight.',
    conditionDescription: EXPRESSION,
  },
  'exploding-gradient': {
    label: 'Exploding gradient',
    description: 'Stops at the step at which a gradient is found to explode.',
    conditionDescription: 'E.g. gradient.norm > 1e3, of the layer concerned',
    rules: ['exploding-gradient'],
  },
  'vanishing-gradient': {
    label: 'Vanishing gradient',
    description: 'Stops at the step at which a gradient is found to vanish.',
    conditionDescription: 'E.g. gradient.norm < 1e-7, of the layer concerned',
    rules: ['vanishing-gradient'],
  },
  'dead-units': {
    label: 'Dead units',
    description: 'Stops at the step at which units of a layer are found dead.',
    conditionDescription: 'E.g. deadUnits > 0.5, of the layer concerned',
    rules: ['dead-units'],
  },
  'loss-spike': {
    label: 'Loss spike',
    description: `Stops where the loss is more than ${SPIKE_RATIO} times the median of the 20 before it.`,
    conditionDescription: 'Sets another bound: e.g. ratio > 10, of loss to median',
  },
  'any-finding': {
    label: 'Any finding',
    description: 'Stops at the step at which anything is found wrong.',
    conditionDescription: EXPRESSION,
  },
};

/** As `initialize` offers them. */
export const EXCEPTION_FILTERS: DebugProtocol.ExceptionBreakpointsFilter[] = Object.entries(
  FILTERS,
).map(([filter, { label, description, conditionDescription }]) => ({
  ...{ filter, label, description, conditionDescription, supportsCondition: true },
  default: filter === 'non-finite',
}));

/** A filter that is on. */
interface ActiveFilter {
  filter: string;
  condition: Expression | undefined;
}

/** Which filters are on, and what they have seen. */
export class ExceptionFilters {
  readonly findings = new StatedFindings();
  private active: readonly ActiveFilter[] = [];
  private readonly spikes = new LossSpikes();
  private spikeStep: number | undefined;

  get isOn(): boolean {
    return this.active.length > 0;
  }

  /** Takes the filters to be on; answers for each whether it can be. */
  set(options: readonly DebugProtocol.ExceptionFilterOptions[]): DebugProtocol.Breakpoint[] {
    const active: ActiveFilter[] = [];
    const answers = options.map(({ filterId, condition }) => {
      if (!Object.hasOwn(FILTERS, filterId)) {
        return { verified: false, message: `There is no exception filter \`${filterId}\`.` };
      }
      try {
        const isGiven = condition !== undefined && condition.trim() !== '';
        active.push({ filter: filterId, condition: isGiven ? parse(condition) : undefined });
        return { verified: true };
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        return { verified: false, message: error.message };
      }
    });
    this.active = active;
    return answers;
  }

  /** The past was changed after `step`. */
  forget(step: number): void {
    this.findings.forget(step);
  }

  /** The marks of a step; to be called for every step of the walk. */
  marks(step: SteppedStep, findings: readonly Finding[]): Mark[] {
    if (!step.isGlance) this.findings.update(findings, step.record.step);
    return this.active.flatMap((active, index): Mark[] => {
      try {
        return this.stopsOf(active, step).map(({ phase, exception }) => ({
          ...{ phase, exception },
          type: 'stop' as const,
          reason: 'exception' as const,
        }));
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        const text = `Exception filter ${active.filter}: ${error.message}`;
        return [{ phase: 0, type: 'trouble' as const, text, breakpoint: -1 - index }];
      }
    });
  }

  private stopsOf(
    active: ActiveFilter,
    step: SteppedStep,
  ): { phase: number; exception: ExceptionStop }[] {
    switch (active.filter) {
      case 'non-finite':
        return this.nonFinite(active, step);
      case 'loss-spike':
        return this.spike(active, step);
      default:
        return this.found(active, step);
    }
  }

  /**
   * The onset counts: a run that stays NaN says nothing new later. With a condition, where it comes to hold while
   * numbers are not finite.
   */
  private nonFinite({ filter, condition }: ActiveFilter, step: SteppedStep) {
    const { record, previous, phases } = step;
    if (!isNonFinite(record)) return [];
    const place = firstNonFinite(record, phases) ?? { phase: phases.length - 1, what: 'a number' };
    const layer = layerOf(phases[place.phase]);
    const point = layer === undefined ? {} : { layer };
    const isMet = (one: StepRecord): boolean =>
      isNonFinite(one) &&
      (!condition || holds(condition, namesOf({ ...step, record: one }, point)));
    if (!isMet(record) || (previous && isMet(previous))) return [];
    const finding = this.findings
      .openAt(record.step)
      .find((stated) => stated.finding.rule === 'non-finite')?.finding;
    const text = `At step ${record.step} ${place.what} is not finite any more.`;
    return [{ phase: place.phase, exception: exceptionOf(filter, text, layer, finding) }];
  }

  private spike({ filter, condition }: ActiveFilter, step: SteppedStep) {
    const { record, phases, isGlance } = step;
    if (isGlance) return [];
    const ratio = this.spikes.note(record.step, record.loss);
    if (ratio === undefined) return [];
    const isSpike = condition
      ? holds(condition, withRatio(namesOf(step), ratio))
      : ratio > SPIKE_RATIO;
    if (!isSpike) return [];
    const goesOn = this.spikeStep === record.step - 1;
    this.spikeStep = record.step;
    if (goesOn) return [];
    const phase = phases.findIndex(({ type }) => type === 'loss');
    const loss = numberText(record.loss ?? NaN, 4);
    const text = `At step ${record.step} the loss is ${loss}, ${numberText(ratio, 3)} times the median of the steps before.`;
    return [{ phase, exception: exceptionOf(filter, text) }];
  }

  /**
   * Without a condition, findings stop where they are stated. With one, where it comes to hold while the finding
   * holds.
   */
  private found({ filter, condition }: ActiveFilter, step: SteppedStep) {
    const { record, previous, phases } = step;
    const rules = FILTERS[filter]?.rules;
    return this.findings
      .openAt(record.step)
      .filter(({ finding }) => !rules || rules.includes(finding.rule))
      .filter(({ finding, step: stated }) => {
        if (!condition) return stated === record.step;
        const point = finding.layer === undefined ? {} : { layer: finding.layer };
        if (!holds(condition, namesOf(step, point))) return false;
        if (!previous || stated >= record.step) return true;
        return !holds(condition, namesOf({ ...step, record: previous }, point));
      })
      .map(({ finding }) => ({
        phase: phaseOfFinding(finding, phases),
        exception: exceptionOf(filter, finding.message, finding.layer, finding),
      }));
  }
}

function exceptionOf(
  filter: string,
  text: string,
  layer?: string,
  finding?: Finding,
): ExceptionStop {
  return { filter, text, ...(layer !== undefined && { layer }), ...(finding && { finding }) };
}

const OF_FORWARD: readonly RuleId[] = ['dead-units', 'saturated-units'];
const OF_LOSS: readonly RuleId[] = ['loss-plateau', 'loss-oscillation', 'loss-divergence'];

/** Index of the phase that shows what a finding states; the end of the step where none does. */
function phaseOfFinding({ rule, layer }: Finding, phases: readonly Phase[]): number {
  const type = OF_FORWARD.includes(rule) ? 'forward' : OF_LOSS.includes(rule) ? 'loss' : 'backward';
  const index = phases.findIndex(
    (phase) => phase.type === type && (type === 'loss' || layerOf(phase) === layer),
  );
  return index >= 0 ? index : phases.length - 1;
}

function withRatio(names: Names, ratio: number): Names {
  return {
    names: ['ratio', ...names.names],
    has: (name) => name === 'ratio' || names.has(name),
    get: (name) => (name === 'ratio' ? ratio : names.get(name)),
  };
}
