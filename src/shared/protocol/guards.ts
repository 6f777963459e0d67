// The trust boundary: user code runs beside the worker's runtime and in reach of the page, so every
// message from there is checked and copied field by field before the host acts on it.
import { RULE_IDS } from '../core/finding';
import {
  RUNTIME_BACKENDS,
  type BundlePosition,
  type FromRuntime,
  type HostMethods,
} from './runtime';
import type { FromPanel } from './panel';
import { bytes, Fields, guarded, LIMITS, Malformed } from './checks';
import { answer, recording } from './debugGuard';
import { commonMessage, describe } from './messageParts';
import type { ProtocolError } from './protocolError';

/** Told why a message was refused, for the log. */
export type OnReject = (reason: ProtocolError) => void;

function position(value: unknown, at: string): BundlePosition {
  const fields = new Fields(value, at);
  return { line: fields.count('line'), column: fields.count('column') };
}

function request(fields: Fields): FromRuntime {
  const id = fields.count('id');
  const method = fields.oneOf('method', ['readFile', 'stat', 'list']);
  const params = fields.nested('params');
  const path = params.text('path');
  if (method !== 'readFile') return { type: 'request', id, method, params: { path } };
  const range: HostMethods['readFile']['params'] = { path };
  if (params.has('start')) range.start = params.count('start');
  if (params.has('end')) range.end = params.count('end');
  if ((range.start === undefined) !== (range.end === undefined)) {
    throw new Malformed('params has one of start and end; it needs both or neither');
  }
  if (range.start !== undefined && range.end !== undefined && range.end < range.start) {
    throw new Malformed('params.end lies before params.start');
  }
  return { type: 'request', id, method, params: range };
}

function fromRuntime(value: unknown, at: string): FromRuntime {
  const fields = new Fields(value, at);
  const type = fields.get('type');
  switch (type) {
    case 'hello':
      return { type, version: fields.count('version') };
    case 'started':
      return {
        type,
        backend: fields.oneOf('backend', RUNTIME_BACKENDS),
        ...(fields.has('reason') && { reason: fields.text('reason') }),
        ...(fields.has('renderer') && { renderer: fields.text('renderer') }),
        ...(fields.get('lasting') === true && { lasting: true }),
        tfjsVersion: fields.text('tfjsVersion'),
      };
    case 'console':
      return {
        type,
        level: fields.oneOf('level', ['debug', 'log', 'info', 'warn', 'error']),
        text: fields.longText('text'),
      };
    case 'request':
      return request(fields);
    case 'interrupted':
      return {
        type,
        step: fields.count('step'),
        from: fields.count('from'),
        ...(fields.has('checkpoint') && {
          checkpoint: bytes(fields.get('checkpoint'), fields.path('checkpoint')),
        }),
      };
    case 'recording':
      return { type, recording: recording(fields.get('recording'), fields.path('recording')) };
    case 'checkpoint':
      return {
        type,
        step: fields.count('step'),
        bytes: bytes(fields.get('bytes'), fields.path('bytes')),
      };
    case 'cannotRewind':
      return { type, step: fields.count('step') };
    case 'answer':
      return answer(fields);
    default:
      return commonMessage(fields, position);
  }
}

function revealTarget(fields: Fields): Extract<FromPanel, { type: 'reveal' }>['target'] {
  if (fields.has('layer')) return { layer: fields.text('layer') };
  if (fields.has('finding')) return { finding: fields.count('finding') };
  if (fields.get('error') === true) return { error: true };
  throw new Malformed('target names neither a layer nor a finding nor the error');
}

function fromPanel(value: unknown): FromPanel {
  const fields = new Fields(value, 'message');
  const type = fields.get('type');
  switch (type) {
    case 'ready':
      return { type, version: fields.count('version') };
    case 'action':
      return {
        type,
        action: fields.oneOf('action', [
          'pause',
          'resume',
          'step',
          'stop',
          'restart',
          'resumeRun',
          'showOutput',
          'useStandIn',
          'exportRun',
        ]),
      };
    case 'remedy':
      return {
        type,
        verb: fields.oneOf('verb', ['apply', 'verify']),
        finding: fields.count('finding'),
        remedy: fields.count('remedy'),
      };
    case 'look':
      return {
        type,
        ...(fields.has('step') && { step: fields.count('step') }),
        ...(fields.has('side') && { side: fields.oneOf('side', ['before', 'after']) }),
      };
    case 'explain':
      return { type, rule: fields.oneOf('rule', RULE_IDS) };
    case 'picture':
      return {
        type,
        name: fields.text('name'),
        svg: fields.text('svg', LIMITS.picture),
        png: bytes(fields.get('png'), fields.path('png')),
      };
    case 'reveal':
      return { type, target: revealTarget(fields.nested('target')) };
    case 'fromRuntime':
      return {
        type,
        runId: fields.text('runId'),
        message: fromRuntime(fields.get('message'), fields.path('message')),
      };
    case 'workerError':
      return { type, runId: fields.text('runId'), message: fields.longText('message') };
    case 'pageError':
      return { type, message: fields.longText('message') };
    default:
      throw new Malformed(`message.type ${describe(type)} is unknown`);
  }
}

/** A message of the worker, checked and copied; undefined where it does not follow the protocol. */
export function parseFromRuntime(value: unknown, onReject?: OnReject): FromRuntime | undefined {
  return guarded(() => fromRuntime(value, 'message'), onReject);
}

/** A message of the panel page, what it relays from the worker included; undefined where malformed. */
export function parseFromPanel(value: unknown, onReject?: OnReject): FromPanel | undefined {
  return guarded(() => fromPanel(value), onReject);
}
