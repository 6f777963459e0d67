// Which layers are built on which line of a source file.
import type { LayerInfo, SourceLocation } from '../../shared/core/run';

/** A breakpoint on a line without a layer moves down at most so many lines: over a comment, or options. */
const MOVE_LINES = 3;

/** A path as it is compared: forward slashes, and no case where the file system has none. */
export function comparablePath(path: string): string {
  const forward = path.replaceAll('\\', '/');
  return /^[a-zA-Z]:/.test(forward) ? forward.toLowerCase() : forward;
}

/** Where a layer is built; a `line` alone is in the model file. */
export function placeOf(layer: LayerInfo, program: string): SourceLocation | undefined {
  if (layer.location) return layer.location;
  return layer.line === undefined ? undefined : { file: program, line: layer.line, column: 1 };
}

/** Layers by line of one file. */
export function layersByLine(
  layers: readonly LayerInfo[],
  file: string,
  program: string,
): Map<number, string[]> {
  const wanted = comparablePath(file);
  const lines = new Map<number, string[]>();
  for (const layer of layers) {
    const place = placeOf(layer, program);
    if (!place || comparablePath(place.file) !== wanted) continue;
    lines.set(place.line, [...(lines.get(place.line) ?? []), layer.name]);
  }
  return lines;
}

/** The line with layers that a breakpoint on `line` is about; undefined where there is none near. */
export function lineNear(lines: ReadonlyMap<number, unknown>, line: number): number | undefined {
  for (let at = line; at <= line + MOVE_LINES; at++) if (lines.has(at)) return at;
  return undefined;
}
