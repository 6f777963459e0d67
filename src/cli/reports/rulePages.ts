// The pages of the rules (docs/rules) as SARIF wants them: a title, a sentence, the whole text, and an
// address where anybody can read it.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { RULE_IDS, type RuleId } from '../../shared/core/finding';

export interface RulePage {
  id: RuleId;
  /** `VanishingGradient` */
  name: string;
  /** First paragraph. */
  summary: string;
  /** Markdown. */
  text: string;
  /** Of the page, in the package as it is published. */
  uri: string;
}

/** The published files of a version of the package, for anybody's browser. */
const FILES = 'https://unpkg.com/gradient-lens';

function pageOf(id: RuleId, root: string, version: string): RulePage {
  const text = readFileSync(path.join(root, 'docs/rules', `${id}.md`), 'utf8');
  const [, paragraph = ''] = /^# .*\n+((?:.+\n?)+)/.exec(text) ?? [];
  const name = id.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
  const summary = paragraph.trim().replace(/\s+/g, ' ');
  return { id, name, summary, text, uri: `${FILES}@${version}/docs/rules/${id}.md` };
}

/** All rules. `root`: folder of the package. */
export function rulePages(root: string, version: string): RulePage[] {
  return RULE_IDS.map((id) => pageOf(id, root, version));
}
