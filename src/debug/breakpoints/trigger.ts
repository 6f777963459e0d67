// What a breakpoint of any kind asks before it stops: its condition, how often it was met, and whether it
// logs instead.
import { holds, type Names } from '../expression/evaluate';
import { parse, type Expression } from '../expression/parse';
import { fill, parseTemplate, type Template } from '../expression/template';
import { parseHitCondition, type HitCondition } from './hitCondition';

/** As the editor gives them. */
export interface TriggerTexts {
  condition?: string | undefined;
  hitCondition?: string | undefined;
  logMessage?: string | undefined;
}

const isGiven = (text: string | undefined): text is string =>
  text !== undefined && text.trim() !== '';

/** One breakpoint's condition, hit count and log message. */
export class Trigger {
  private readonly condition: Expression | undefined;
  private readonly hitCondition: HitCondition | undefined;
  private readonly template: Template | undefined;
  private hits = 0;
  /** The step whose hits are being counted, and the hits before it: a step may be looked at again. */
  private step = 0;
  private before = 0;
  private counts = true;

  /** Throws ExpressionError where one of the texts cannot be read. */
  constructor(texts: TriggerTexts) {
    const { condition, hitCondition, logMessage } = texts;
    this.condition = isGiven(condition) ? parse(condition) : undefined;
    this.hitCondition = isGiven(hitCondition) ? parseHitCondition(hitCondition) : undefined;
    this.template = isGiven(logMessage) ? parseTemplate(logMessage) : undefined;
  }

  get logs(): boolean {
    return this.template !== undefined;
  }

  /** To be called before the points of a step are tried. `isGlance`: nothing is counted. */
  begin(step: number, isGlance = false): void {
    this.counts = !isGlance;
    if (isGlance) return;
    if (step === this.step) this.hits = this.before;
    this.before = this.hits;
    this.step = step;
  }

  /** True where the condition holds; throws ExpressionError where it cannot be computed. */
  isMet(names: Names): boolean {
    return this.condition === undefined || holds(this.condition, names);
  }

  /** Counts a hit; true where the hit count says to act. */
  hit(): boolean {
    if (!this.counts) return true;
    this.hits++;
    return this.hitCondition?.(this.hits) ?? true;
  }

  /** The log message with its values. */
  message(names: Names): string {
    return this.template ? fill(this.template, names) : '';
  }
}
