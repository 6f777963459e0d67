// From a position in the bundle, as a stack trace names it, to the user's own source line.
import path from 'node:path';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import type { SourceLocation } from '../shared/core/run';
import type { BundlePosition } from '../shared/protocol/runtime';
import { VIRTUAL_SOURCE } from './virtualModules';

/** Absolute path with forward slashes, as {@link SourceLocation} wants it. */
export function forwardSlashes(file: string): string {
  return file.replaceAll('\\', '/');
}

/** The source map of one bundle, kept in the host and parsed when the first frame asks for it. */
export class BundleMap {
  private trace: TraceMap | undefined;

  /** `folder`: what the map's sources are relative to. */
  constructor(
    private readonly json: string,
    private readonly folder: string,
  ) {}

  /** Where one position comes from, in whatever file. */
  original(position: BundlePosition): SourceLocation | undefined {
    if (position.line < 1 || position.column < 1) return undefined;
    this.trace ??= new TraceMap(this.json);
    const found = originalPositionFor(this.trace, {
      line: position.line,
      column: position.column - 1,
    });
    if (found.source === null) return undefined;
    const virtual = VIRTUAL_SOURCE.test(found.source);
    const file = virtual ? found.source : path.resolve(this.folder, found.source);
    return { file: forwardSlashes(file), line: found.line, column: found.column + 1 };
  }

  /** The innermost frame in the user's own code: not a dependency's, not a virtual module's. */
  locate(frames: readonly BundlePosition[]): SourceLocation | undefined {
    for (const frame of frames) {
      const location = this.original(frame);
      if (location && isUserFile(location.file)) return location;
    }
    return undefined;
  }
}

function isUserFile(file: string): boolean {
  return !VIRTUAL_SOURCE.test(file) && !file.includes('/node_modules/');
}
