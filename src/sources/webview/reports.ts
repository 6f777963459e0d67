// From what the worker says to what a run understands: layers and errors get the user's source lines.
import path from 'node:path';
import { NEEDS_NODE_ERROR } from '../../model/virtualModules';
import type { BundleMap } from '../../model/sourceMap';
import type { Autopsy } from '../../shared/core/autopsy';
import type { LayerInfo, RunError } from '../../shared/core/run';
import type { FromRuntime, RawError, RawLayer } from '../../shared/protocol/runtime';

/** A layer with the line of the call that built it. */
export function toLayerInfo(layer: RawLayer, map: Pick<BundleMap, 'locate'>): LayerInfo {
  const location = map.locate(layer.frames);
  return {
    name: layer.name,
    className: layer.className,
    ...(location && { line: location.line, location }),
    tensors: layer.tensors,
    ...(layer.activation !== undefined && { activation: layer.activation }),
  };
}

/** An autopsy with the line of the program's own code that called the operation, where one did. */
export function toAutopsy(
  { autopsy, frames }: Extract<FromRuntime, { type: 'autopsy' }>,
  map: Pick<BundleMap, 'locate'>,
): Autopsy {
  const location = map.locate(frames);
  return { ...autopsy, ...(location && { location }) };
}

/** A failure of the program, with its place in the user's own file. */
export function toRunError(error: RawError, map: Pick<BundleMap, 'locate'>): RunError {
  const location = map.locate(error.frames);
  const place = location ? `${path.posix.basename(location.file)}, line ${location.line}: ` : '';
  const needsNode = error.name === NEEDS_NODE_ERROR;
  return {
    code: needsNode ? 'needs-node' : error.code,
    message: place + error.message.replace(new RegExp(`^${NEEDS_NODE_ERROR}: `), ''),
    ...(location && { line: location.line, location }),
  };
}
