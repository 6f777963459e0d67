// From what a training says to what a run understands: layers and errors get the user's source lines.
import path from 'node:path';
import { NEEDS_NODE_ERROR } from '../model/virtualModules';
import type { Autopsy } from '../shared/core/autopsy';
import type { LayerInfo, RunError, SourceLocation } from '../shared/core/run';
import type { FromRuntime, RawError, RawLayer } from '../shared/protocol/runtime';

/** A message whose call stack is of places that only its source can read. */
export type Placed<Message, Frame> = Omit<Message, 'frames'> & { frames: readonly Frame[] };

/** Finds the innermost of some frames, innermost first, that is in the user's own code. */
export interface Locator<Frame> {
  locate(frames: readonly Frame[]): SourceLocation | undefined;
}

/** A layer with the line of the call that built it. */
export function toLayerInfo<Frame>(
  layer: Placed<RawLayer, Frame>,
  locator: Locator<Frame>,
): LayerInfo {
  const location = locator.locate(layer.frames);
  return {
    name: layer.name,
    className: layer.className,
    ...(location && { line: location.line, location }),
    tensors: layer.tensors,
    ...(layer.activation !== undefined && { activation: layer.activation }),
    ...(layer.leftOutOf && { leftOutOf: layer.leftOutOf }),
  };
}

/** An autopsy with the line of the program's own code that called the operation, where one did. */
export function toAutopsy<Frame>(
  { autopsy, frames }: Placed<Extract<FromRuntime, { type: 'autopsy' }>, Frame>,
  locator: Locator<Frame>,
): Autopsy {
  const location = locator.locate(frames);
  return { ...autopsy, ...(location && { location }) };
}

/** A failure of the program, with its place in the user's own file. */
export function toRunError<Frame>(
  error: Placed<RawError, Frame>,
  locator: Locator<Frame>,
): RunError {
  const location = locator.locate(error.frames);
  const place = location ? `${path.posix.basename(location.file)}, line ${location.line}: ` : '';
  const needsNode = error.name === NEEDS_NODE_ERROR;
  return {
    code: needsNode ? 'needs-node' : error.code,
    message: place + error.message.replace(new RegExp(`^${NEEDS_NODE_ERROR}: `), ''),
    ...(location && { line: location.line, location }),
  };
}
