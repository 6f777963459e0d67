// The trust boundary of a Node process that trains: the user's program runs in it, so every message is
// checked and copied field by field, and so is the invitation that a process finds in its environment.
import { count, Fields, guarded, Malformed } from './checks';
import type { OnReject } from './guards';
import { commonMessage, describe } from './messageParts';
import type { FilePosition, FromNode, NodeInvitation, NodeStart, ToNode } from './node';

const TOKEN = /^[0-9a-f]{32}$/;
const BREAKS = ['non-finite', 'vanishing-gradient', 'exploding-gradient'] as const;

function position(value: unknown, at: string): FilePosition {
  const fields = new Fields(value, at);
  return {
    file: fields.text('file'),
    line: fields.count('line'),
    column: fields.count('column'),
  };
}

function token(fields: Fields): string {
  const value = fields.text('token');
  if (!TOKEN.test(value)) throw new Malformed(`${fields.path('token')} is no token`);
  return value;
}

function flag(fields: Fields, name: string): boolean {
  const value = fields.get(name);
  if (typeof value !== 'boolean') throw new Malformed(`${fields.path(name)} is not true or false`);
  return value;
}

function fromNode(value: unknown): FromNode {
  const fields = new Fields(value, 'message');
  const type = fields.get('type');
  switch (type) {
    case 'hello':
      return {
        type,
        version: fields.count('version'),
        token: token(fields),
        pid: fields.count('pid'),
        script: fields.longText('script'),
        standIn: flag(fields, 'standIn'),
      };
    case 'started':
      return {
        type,
        backend: fields.text('backend'),
        ...(fields.has('reason') && { reason: fields.text('reason') }),
        tfjsVersion: fields.text('tfjsVersion'),
      };
    default:
      return commonMessage(fields, position);
  }
}

function toNode(value: unknown): ToNode {
  const fields = new Fields(value, 'message');
  const type = fields.get('type');
  switch (type) {
    case 'pause':
    case 'resume':
    case 'detach':
      return { type };
    case 'step':
      return { type, count: fields.count('count') };
    default:
      throw new Malformed(`message.type ${describe(type)} is unknown`);
  }
}

/** Thinning: a whole number from 1. */
function everySteps(fields: Fields, name: string): number {
  const every = fields.count(name);
  if (every < 1) throw new Malformed(`${fields.path(name)} is less than 1`);
  return every;
}

function nodeStart(fields: Fields): NodeStart {
  const sampling = fields.nested('sampling');
  const seed = fields.number('seed');
  if (!Number.isFinite(seed)) throw new Malformed(`${fields.path('seed')} is not a number`);
  return {
    seed,
    ...(fields.has('maxSteps') && { maxSteps: count(fields.get('maxSteps'), 'maxSteps') }),
    paused: flag(fields, 'paused'),
    sampling: {
      everySteps: everySteps(sampling, 'everySteps'),
      activationEverySteps: everySteps(sampling, 'activationEverySteps'),
    },
    epsilon: fields.oneOf('epsilon', ['keras', 'as-shipped']),
    probe: fields.oneOf('probe', ['auto', 'off']),
    standIn: fields.oneOf('standIn', ['offer', 'use']),
    breakOn: fields.list('breakOn', BREAKS.length, (item, at) => {
      const known = BREAKS.find((name) => name === item);
      if (known === undefined) throw new Malformed(`${at} is none of ${BREAKS.join(', ')}`);
      return known;
    }),
  };
}

/** A message of the process, checked and copied; undefined where it does not follow the protocol. */
export function parseFromNode(value: unknown, onReject?: OnReject): FromNode | undefined {
  return guarded(() => fromNode(value), onReject);
}

/** A message of the host, checked and copied; undefined where it does not follow the protocol. */
export function parseToNode(value: unknown, onReject?: OnReject): ToNode | undefined {
  return guarded(() => toNode(value), onReject);
}

/**
 * The invitation in a process's environment, checked and copied, of whatever version; undefined where it
 * is none.
 */
export function parseInvitation(json: string, onReject?: OnReject): NodeInvitation | undefined {
  return guarded(() => {
    let value: unknown;
    try {
      value = JSON.parse(json);
    } catch {
      throw new Malformed('the invitation is not JSON');
    }
    const fields = new Fields(value, 'invitation');
    return {
      version: fields.count('version'),
      channel: fields.text('channel'),
      token: token(fields),
      start: nodeStart(fields.nested('start')),
    };
  }, onReject);
}
