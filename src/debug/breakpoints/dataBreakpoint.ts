// A data breakpoint: stops at the end of the step in which a number changed, or came to meet a condition.
import { evaluate, holds, type Names } from '../expression/evaluate';
import { ExpressionError } from '../expression/expressionError';
import { namesOf, type NamedStep } from '../expression/names';
import { parse, type Expression } from '../expression/parse';
import { textOf, type Value } from '../expression/values';
import type { Mark, SteppedStep } from './mark';
import { Trigger } from './trigger';

const BEGINS_WITH_COMPARISON = /^\s*(<|>|[=!]=)/;

/** Steps that are remembered: for going back so far. */
const MAX_SEEN = 64;

/** The watched value at a step. */
interface Look {
  step: number;
  value: Value;
  holds: boolean;
}

/** Watches the value of one expression. */
export class DataBreakpoint {
  private readonly watched: Expression;
  private readonly condition: Expression | undefined;
  private readonly trigger: Trigger;
  /** What was seen at the newest steps that had a value: where optimizers take turns, not every one has. */
  private seen: Look[] = [];

  /**
   * @param expression what is watched: a number, a truth value or a word.
   * @param condition `< 1e-5`, or an expression in which `value` is the watched value.
   * Throws ExpressionError.
   */
  constructor(
    readonly id: number,
    readonly expression: string,
    condition?: string,
    hitCondition?: string,
  ) {
    this.watched = parse(expression);
    const isGiven = condition !== undefined && condition.trim() !== '';
    const text =
      isGiven && BEGINS_WITH_COMPARISON.test(condition) ? `value ${condition}` : condition;
    this.condition = isGiven && text !== undefined ? parse(text) : undefined;
    this.trigger = new Trigger({ hitCondition });
  }

  /** At most one mark, at the end of the step. */
  marks(step: SteppedStep): Mark[] {
    const phase = step.phases.length - 1;
    this.trigger.begin(step.record.step, step.isGlance);
    try {
      const before = this.before(step);
      const now = this.look(step);
      if (!step.isGlance && now.value !== undefined)
        this.seen.push({ step: step.record.step, ...now });
      if (!this.condition ? !hasChanged(before.value, now.value) : before.holds || !now.holds) {
        return [];
      }
      if (!this.trigger.hit()) return [];
      const text = `${this.expression}: ${textOf(before.value)} → ${textOf(now.value)}`;
      return [{ phase, type: 'stop', reason: 'data breakpoint', breakpoint: this.id, text }];
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      return [{ phase, type: 'trouble', text: error.message, breakpoint: this.id }];
    }
  }

  /** What it was at the step before, or where that has no value, when it was seen last. */
  private before(step: SteppedStep): Omit<Look, 'step'> {
    const before = this.look(step.previous && { ...step, record: step.previous });
    if (!step.isGlance) {
      this.seen = this.seen.filter((one) => one.step < step.record.step).slice(-MAX_SEEN);
    }
    if (before.value !== undefined) return before;
    return this.seen.findLast((one) => one.step < step.record.step) ?? before;
  }

  private look(step: NamedStep | undefined): Omit<Look, 'step'> {
    if (!step) return { value: undefined, holds: false };
    const names = namesOf(step);
    const value = evaluate(this.watched, names);
    return {
      value,
      holds: this.condition !== undefined && holds(this.condition, withValue(names, value)),
    };
  }
}

/** What was not there before has not changed. */
function hasChanged(before: Value, now: Value): boolean {
  return before !== undefined && now !== undefined && !Object.is(before, now);
}

function withValue(names: Names, value: Value): Names {
  return {
    names: ['value', ...names.names],
    has: (name) => name === 'value' || names.has(name),
    get: (name) => (name === 'value' ? value : names.get(name)),
  };
}
