// A trait of the data or of the construction of a model: stated once from the facts, while how much it
// matters is decided anew by how the training stands.
import type { Severity } from '../../finding';
import type { Statement } from '../rule';
import type { Standing } from '../standing';

export interface Trait {
  statement: Omit<Statement, 'severity'>;
  /** Undefined where it does not matter. */
  severity: (standing: Standing) => Severity | undefined;
}

export const always = (severity: Severity) => (): Severity => severity;

/** Information where the training does well, or too soon to tell. */
export const whereItMatters = (standing: Standing): Severity =>
  standing === 'failed' ? 'error' : standing === 'struggling' ? 'warning' : 'information';

/** Silent there. */
export const onlyWhereItMatters = (standing: Standing): Severity | undefined =>
  standing === 'failed' || standing === 'struggling' ? whereItMatters(standing) : undefined;

/** Will likely fail, and cannot succeed where it does badly already. */
export const atLeastWarning = (standing: Standing): Severity =>
  standing === 'failed' || standing === 'struggling' ? 'error' : 'warning';

/** The worst of the traits as a statement; the first of equals. */
export function worstOf(traits: readonly Trait[], standing: Standing): Statement | undefined {
  const ranks: readonly Severity[] = ['information', 'warning', 'error'];
  let worst: Statement | undefined;
  for (const trait of traits) {
    const severity = trait.severity(standing);
    if (!severity) continue;
    if (!worst || ranks.indexOf(severity) > ranks.indexOf(worst.severity)) {
      worst = { ...trait.statement, severity };
    }
  }
  return worst;
}
