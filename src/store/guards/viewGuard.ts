// The guard of a run's view, as it stands in the steps file and in the overview.
import { count, Fields, LIMITS, number, text } from '../../shared/protocol/checks';
import type { ChangeMark, RunView } from '../../shared/protocol/panel';
import {
  finding,
  hyperparameters,
  layerInfo,
  longText,
  MAX_ENTRIES,
  notice,
  optional,
  runError,
  STATES,
} from './runParts';

function change(value: unknown, at: string): ChangeMark {
  const fields = new Fields(value, at);
  return { step: fields.count('step'), words: fields.longText('words') };
}

function memory(value: unknown, at: string): NonNullable<RunView['memory']> {
  const fields = new Fields(value, at);
  return { numTensors: fields.number('numTensors'), numBytes: fields.number('numBytes') };
}

/** A view, checked and copied. Throws `Malformed`. */
export function runView(value: unknown): RunView {
  const fields = new Fields(value, 'view');
  return {
    id: fields.text('id'),
    title: fields.text('title'),
    path: fields.text('path'),
    state: fields.oneOf('state', STATES),
    backend: fields.text('backend'),
    ...optional(fields, 'backendReason', longText),
    ...optional(fields, 'renderer', text),
    ...(fields.get('runtime') === 'node' && { runtime: 'node' as const }),
    ...(fields.get('origin') === 'log' && { origin: 'log' as const }),
    seed: fields.number('seed'),
    ...optional(fields, 'requestedBackend', text),
    ...optional(fields, 'resumedFrom', (from, at) => {
      const resumed = new Fields(from, at);
      return { run: resumed.text('run'), step: resumed.count('step') };
    }),
    ...optional(fields, 'hyperparameters', hyperparameters),
    step: fields.count('step'),
    ...optional(fields, 'maxSteps', number),
    ...optional(fields, 'epoch', count),
    ...optional(fields, 'epochs', count),
    ...optional(fields, 'stepsPerEpoch', count),
    ...optional(fields, 'stepsPerSecond', number),
    ...optional(fields, 'progress', longText),
    layers: fields.list('layers', LIMITS.layers, layerInfo),
    findings: fields.list('findings', MAX_ENTRIES, finding),
    notices: fields.list('notices', MAX_ENTRIES, notice),
    ...optional(fields, 'error', runError),
    pausable: fields.get('pausable') === true,
    live: fields.get('live') === true,
    ...optional(fields, 'memory', memory),
    ...(fields.has('changes') && { changes: fields.list('changes', MAX_ENTRIES, change) }),
  };
}
