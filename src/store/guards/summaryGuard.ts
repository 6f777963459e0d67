// The guard of a run's summary, from its manifest or from the list that is kept of many.
import { RULE_IDS } from '../../shared/core/finding';
import { SPARK_POINTS, type ExperimentRef, type RunSummary } from '../../shared/core/runSummary';
import { count, Fields, metrics, number } from '../../shared/protocol/checks';
import { runLabels } from '../runLabels';
import { hyperparameters, optional, SEVERITIES, STATES } from './runParts';

export function experimentRef(value: unknown, at: string): ExperimentRef {
  const fields = new Fields(value, at);
  return { id: fields.text('id'), name: fields.text('name'), trial: fields.count('trial') };
}

function bestLoss(value: unknown, at: string): { value: number; step: number } {
  const fields = new Fields(value, at);
  return { value: fields.number('value'), step: fields.count('step') };
}

function worst(value: unknown, at: string): NonNullable<RunSummary['worst']> {
  const fields = new Fields(value, at);
  return {
    rule: fields.oneOf('rule', RULE_IDS),
    severity: fields.oneOf('severity', SEVERITIES),
    message: fields.longText('message'),
  };
}

/** A summary, checked and copied; not live. Throws `Malformed`. */
export function runSummary(value: unknown, at: string): RunSummary {
  const fields = new Fields(value, at);
  const findings = fields.nested('findings');
  return {
    id: fields.text('id'),
    origin: fields.oneOf('origin', ['training', 'log']),
    title: fields.text('title'),
    path: fields.text('path'),
    labels: runLabels(fields.get('labels'), fields.path('labels')),
    state: fields.oneOf('state', STATES),
    live: false,
    startedAt: fields.number('startedAt'),
    seconds: fields.number('seconds'),
    ...optional(fields, 'seed', number),
    backend: fields.text('backend'),
    hyperparameters: hyperparameters(fields.get('hyperparameters'), fields.path('hyperparameters')),
    step: fields.count('step'),
    ...optional(fields, 'epoch', count),
    ...optional(fields, 'firstLoss', number),
    ...optional(fields, 'lastLoss', number),
    ...optional(fields, 'bestLoss', bestLoss),
    metrics: metrics(fields.get('metrics'), fields.path('metrics')),
    findings: {
      error: findings.count('error'),
      warning: findings.count('warning'),
      information: findings.count('information'),
    },
    ...optional(fields, 'worst', worst),
    spark: fields.list('spark', SPARK_POINTS, number),
    ...optional(fields, 'experiment', experimentRef),
    resumable: fields.get('resumable') === true,
    ...optional(fields, 'bytes', count),
  };
}
