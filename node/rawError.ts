// Errors that nobody caught, as the host is told of them.
import { describe, isShapeMessage } from '../src/shared/core/thrown';
import type { FromNode } from '../src/shared/protocol/node';
import { stackOf, userFrames } from './stack';

export type RawNodeError = Extract<FromNode, { type: 'failed' }>['error'];

/** Codes of our own making: words joined by hyphens. Those of Node are none. */
const OWN_CODE = /^[a-z]+(-[a-z]+)+$/;

/** `code`: where it is known better than the error can say. */
export function toRawError(thrown: unknown, code?: string): RawNodeError {
  if (!(thrown instanceof Error)) {
    const message = `The program threw ${describe(thrown)}, which is not an Error; throw an Error to get its line.`;
    return { code: code ?? 'model-exception', name: 'Error', message, frames: [] };
  }
  let frames = userFrames(stackOf(thrown));
  if (frames.length === 0) frames = userFrames(stackOf(thrown.cause));
  // A program may have put anything in their place.
  const {
    name: ownName,
    message: text,
    code: ownCode,
  } = thrown as unknown as Record<string, unknown>;
  const name = String(ownName);
  const message = String(text);
  const found =
    typeof ownCode === 'string' && OWN_CODE.test(ownCode)
      ? ownCode
      : isShapeMessage(message)
        ? 'shape-mismatch'
        : 'model-exception';
  return {
    code: code ?? found,
    name,
    message: message === '' ? `${name} without a message` : message,
    frames,
  };
}
