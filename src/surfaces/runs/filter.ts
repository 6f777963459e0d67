// The filter of the runs view, e.g. `cnn lr>0.01 tag:baseline -state:failed "my note"`.
//
//   filter  = { term }                 all terms have to hold
//   term    = [ "-" ] ( text | key ":" value | name operator value )
//   operator= ">" | ">=" | "<" | "<=" | "=" | "!="
//
// A text is looked for in name, model, tags, note, hyperparameters and findings. Values with spaces are quoted.
import { RULE_IDS } from '../../shared/core/finding';
import type { HyperparameterValue, RunSummary } from '../../shared/core/runSummary';
import { nameOf, STATE_WORDS, valueWord } from './words';

/** A filter that cannot be understood; the message says which part and what it could be. */
export class FilterError extends Error {
  override readonly name = 'FilterError';
}

type Test = (run: RunSummary) => boolean;

const includes = (text: string | undefined, part: string): boolean =>
  text?.toLowerCase().includes(part) ?? false;

function ruleIs(run: RunSummary, part: string): boolean {
  const rule = run.worst?.rule ?? '';
  return rule.includes(part.replaceAll(' ', '-')) || includes(run.worst?.severity, part);
}

/** A table's own entry: what users type must not find what all objects inherit. */
function entry<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** Tests by the key before a colon. */
const KEYS: Readonly<Record<string, (value: string) => Test>> = {
  name: (value) => (run) => includes(nameOf(run), value),
  model: (value) => (run) => includes(run.path, value) || includes(run.title, value),
  tag: (value) => (run) => (run.labels.tags ?? []).some((tag) => tag.toLowerCase() === value),
  note: (value) => (run) => includes(run.labels.note, value),
  state: (value) => {
    const states = Object.entries(STATE_WORDS).filter(
      ([state, word]) => state.startsWith(value) || word.toLowerCase().startsWith(value),
    );
    if (states.length === 0) {
      throw new FilterError(
        `There is no state '${value}'. States are ${Object.keys(STATE_WORDS).join(', ')}.`,
      );
    }
    return (run) => states.some(([state]) => state === run.state);
  },
  finding: (value) => {
    const rule = value.replaceAll(' ', '-');
    const words: readonly string[] = [...RULE_IDS, 'error', 'warning', 'information', 'none'];
    if (!words.some((word) => word.includes(rule))) {
      throw new FilterError(
        `No finding is called '${value}'. Use part of a rule's name, such as vanishing, or error, warning, none.`,
      );
    }
    return (run) => (value === 'none' ? run.worst === undefined : ruleIs(run, value));
  },
  experiment: (value) => (run) => includes(run.experiment?.name, value),
  backend: (value) => (run) => includes(run.backend, value),
  id: (value) => (run) => run.id.toLowerCase().startsWith(value),
  is: (value) => {
    const tests: Readonly<Record<string, Test>> = {
      pinned: (run) => run.labels.pinned ?? false,
      live: (run) => run.live,
      log: (run) => run.origin === 'log',
      resumable: (run) => run.resumable,
    };
    const test = entry(tests, value);
    if (test) return test;
    throw new FilterError(
      `'is:${value}' is not known. Use is:${Object.keys(tests).join(', is:')}.`,
    );
  },
};

/** Numbers that every run has besides its hyperparameters and metrics. */
const NUMBERS: Readonly<Record<string, (run: RunSummary) => number | undefined>> = {
  loss: (run) => run.lastLoss,
  best: (run) => run.bestLoss?.value,
  step: (run) => run.step,
  epoch: (run) => run.epoch,
  seconds: (run) => run.seconds,
  seed: (run) => run.seed,
};
/** What else a name may be written as. */
const ALIASES: Readonly<Record<string, string>> = { lr: 'learningrate', learningrate: 'lr' };

/** The value of a name: a hyperparameter, a number of every run, or a metric; whatever its case. */
function valueOf(run: RunSummary, name: string): HyperparameterValue | undefined {
  for (const wanted of [name, entry(ALIASES, name)]) {
    if (wanted === undefined) continue;
    const find = <T>(values: Readonly<Record<string, T>>): T | undefined =>
      Object.entries(values).find(([key]) => key.toLowerCase() === wanted)?.[1];
    const value = find(run.hyperparameters) ?? entry(NUMBERS, wanted)?.(run) ?? find(run.metrics);
    if (value !== undefined) return value;
  }
  return undefined;
}

function comparison(name: string, operator: string, wanted: string): Test {
  const number = wanted === '' ? NaN : Number(wanted);
  const isSame = (value: HyperparameterValue): boolean =>
    typeof value === 'number' ? value === number : String(value).toLowerCase() === wanted;
  if (operator === '=' || operator === '!=') {
    return (run) => {
      const value = valueOf(run, name);
      return value !== undefined && isSame(value) === (operator === '=');
    };
  }
  if (Number.isNaN(number)) {
    throw new FilterError(
      `After '${name}${operator}' a number has to follow, such as ${name}${operator}0.01.`,
    );
  }
  const holds: Readonly<Record<string, (value: number) => boolean>> = {
    '>': (value) => value > number,
    '>=': (value) => value >= number,
    '<': (value) => value < number,
    '<=': (value) => value <= number,
  };
  return (run) => {
    const value = valueOf(run, name);
    return typeof value === 'number' && (holds[operator]?.(value) ?? false);
  };
}

function anywhere(part: string): Test {
  return (run) =>
    [nameOf(run), run.path, run.title, run.labels.note, run.experiment?.name].some((text) =>
      includes(text, part),
    ) ||
    (run.labels.tags ?? []).some((tag) => includes(tag, part)) ||
    Object.entries(run.hyperparameters).some(([name, value]) =>
      `${name}=${valueWord(value)}`.toLowerCase().includes(part),
    ) ||
    ruleIs(run, part);
}

/** A part between spaces; quotes keep spaces, and may begin behind a key's colon. */
const PART = /(?:[^\s"]|"[^"]*")+/g;
const COMPARISON = /^([\p{L}\w.-]+)(>=|<=|!=|>|<|=)(.*)$/u;
const KEYED = /^([a-z]+):(.*)$/;

function termOf(part: string): Test {
  const negated = part.length > 1 && part.startsWith('-');
  const isQuoted = part.startsWith('"', negated ? 1 : 0);
  const text = (negated ? part.slice(1) : part).replaceAll('"', '').toLowerCase();
  const compared = isQuoted ? null : COMPARISON.exec(text);
  const keyed = isQuoted ? null : KEYED.exec(text);
  const key = keyed && entry(KEYS, keyed[1] ?? '');
  const test = compared
    ? comparison(compared[1] ?? '', compared[2] ?? '', compared[3] ?? '')
    : key
      ? key(keyed[2] ?? '')
      : anywhere(text);
  return negated ? (run) => !test(run) : test;
}

/** The test that a filter's text stands for. Throws {@link FilterError}. */
export function parseFilter(text: string): Test {
  if ((text.match(/"/g)?.length ?? 0) % 2 === 1) {
    throw new FilterError('A quotation mark is not closed.');
  }
  const tests = (text.match(PART) ?? []).map(termOf);
  return (run) => tests.every((test) => test(run));
}
