// Guards of what files of a run hold besides numbers: layers, findings, notices, errors. Files may come from anywhere,
// a cloned repository for one; so everything is copied field by field.
import { RULE_IDS, type Consequence, type Evidence, type Finding } from '../../shared/core/finding';
import type { Expectation, Remedy, RemedyId, Severity } from '../../shared/core/finding';
import type { LayerInfo, Notice, RunError, RunState, SourceLocation } from '../../shared/core/run';
import type { HyperparameterValue } from '../../shared/core/runSummary';
import { count, Fields, LIMITS, Malformed, text } from '../../shared/protocol/checks';

export const STATES: readonly RunState[] = [
  ...(['starting', 'running', 'paused'] as const),
  ...(['completed', 'stopped', 'failed'] as const),
];
export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'information'];
/** Entries of any list of these that is believed. */
export const MAX_ENTRIES = 10_000;

/** A field that may be absent, read by `read`, as something to spread. */
export function optional<T>(
  fields: Fields,
  name: string,
  read: (value: unknown, at: string) => T,
): Record<string, T> {
  return fields.has(name) ? { [name]: read(fields.get(name), fields.path(name)) } : {};
}

/** Text of people and programs, cut where it is too long. */
export function longText(value: unknown, at: string): string {
  if (typeof value !== 'string') throw new Malformed(`${at} is not text`);
  return value.slice(0, LIMITS.text);
}

/** Named values of a program. */
export function hyperparameters(value: unknown, at: string): Record<string, HyperparameterValue> {
  const fields = new Fields(value, at);
  const given: Record<string, HyperparameterValue> = {};
  for (const name of fields.names(LIMITS.metrics)) {
    const entry = fields.get(name);
    if (typeof entry === 'boolean' || typeof entry === 'number') given[name] = entry;
    else given[name] = fields.longText(name);
  }
  return given;
}

export function location(value: unknown, at: string): SourceLocation {
  const fields = new Fields(value, at);
  return {
    file: fields.text('file'),
    line: fields.count('line'),
    column: fields.count('column'),
  };
}

export function layerInfo(value: unknown, at: string): LayerInfo {
  const fields = new Fields(value, at);
  const name = fields.text('name');
  if (name === '__proto__') throw new Malformed(`${at}.name is ${name}`);
  return {
    name,
    className: fields.text('className'),
    ...optional(fields, 'line', count),
    ...optional(fields, 'location', location),
    tensors: fields.list('tensors', LIMITS.tensors, (item, itemAt) => {
      const tensor = new Fields(item, itemAt);
      return {
        name: tensor.text('name'),
        shape: tensor.list('shape', LIMITS.rank, count),
        ...optional(tensor, 'note', longText),
      };
    }),
    ...optional(fields, 'activation', text),
    ...(fields.has('hasMatrix') && { hasMatrix: fields.get('hasMatrix') === true }),
    ...(fields.has('leftOutOf') && { leftOutOf: fields.list('leftOutOf', LIMITS.layers, text) }),
  };
}

export function notice(value: unknown, at: string): Notice {
  const fields = new Fields(value, at);
  return { code: fields.text('code'), message: fields.longText('message') };
}

export function runError(value: unknown, at: string): RunError {
  const fields = new Fields(value, at);
  return {
    code: fields.text('code'),
    message: fields.longText('message'),
    ...optional(fields, 'line', count),
    ...optional(fields, 'location', location),
  };
}

function evidence(value: unknown, at: string): Evidence {
  const fields = new Fields(value, at);
  return {
    measured: fields.number('measured'),
    threshold: fields.number('threshold'),
    unit: fields.text('unit'),
    window: fields.count('window'),
  };
}

function remedy(value: unknown, at: string): Remedy {
  const fields = new Fields(value, at);
  return {
    // One of a later version has no fix, but its words can be read.
    id: fields.text('id') as RemedyId,
    title: fields.longText('title'),
    ...(fields.has('layers') && { layers: fields.list('layers', LIMITS.layers, text) }),
    ...optional(fields, 'values', (values, valuesAt) => {
      const given = Object.entries(hyperparameters(values, valuesAt));
      return Object.fromEntries(
        given.flatMap(([key, one]) => (typeof one === 'boolean' ? [] : [[key, one]])),
      );
    }),
  };
}

function expectation(value: unknown, at: string): Expectation {
  const fields = new Fields(value, at);
  return {
    expected: fields.number('expected'),
    measured: fields.number('measured'),
    unit: fields.text('unit'),
    words: fields.longText('words'),
    reference: fields.longText('reference'),
  };
}

function consequence(value: unknown, at: string): Consequence {
  const fields = new Fields(value, at);
  return {
    rule: fields.oneOf('rule', RULE_IDS),
    ...optional(fields, 'layer', text),
    message: fields.longText('message'),
    firstStep: fields.count('firstStep'),
  };
}

export function finding(value: unknown, at: string): Finding {
  const fields = new Fields(value, at);
  return {
    rule: fields.oneOf('rule', RULE_IDS),
    severity: fields.oneOf('severity', SEVERITIES),
    ...optional(fields, 'layer', text),
    ...optional(fields, 'tensor', text),
    ...(fields.has('relatedLayers') && {
      relatedLayers: fields.list('relatedLayers', LIMITS.layers, text),
    }),
    firstStep: fields.count('firstStep'),
    lastStep: fields.count('lastStep'),
    ...optional(fields, 'closedStep', count),
    evidence: evidence(fields.get('evidence'), fields.path('evidence')),
    message: fields.longText('message'),
    remedies: fields.list('remedies', MAX_ENTRIES, remedy),
    ...optional(fields, 'expectation', expectation),
    ...(fields.has('consequences') && {
      consequences: fields.list('consequences', MAX_ENTRIES, consequence),
    }),
    reference: fields.longText('reference'),
    ...optional(fields, 'location', location),
  };
}
