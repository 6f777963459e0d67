// From the places that a process's stack traces name to the user's own files: JavaScript as it is; what
// was made from other sources (TypeScript, a bundle) through its source map.
import { readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { fileKey } from '../../model/bundle';
import { forwardSlashes } from '../../model/sourceMap';
import type { SourceLocation } from '../../shared/core/run';
import type { FilePosition } from '../../shared/protocol/node';
import type { Locator } from '../reports';

/** Files and maps larger than this are not looked at, bytes: they are no sources of a person. */
const MAX_BYTES = 16 * 2 ** 20;
/** Files whose maps are kept. */
const MAX_FILES = 500;

const MAP_COMMENT = /^\s*(?:\/\/|\/\*)[#@]\s*sourceMappingURL=(\S+?)(?:\s*\*\/)?\s*$/gm;
const DATA_URL = /^data:application\/json[^,]*?(;base64)?,(.*)$/s;

/** Path of what a stack trace names; undefined for what is no file (`node:internal/…`, `<anonymous>`). */
function pathOf(file: string): string | undefined {
  try {
    if (file.startsWith('file:')) return fileURLToPath(file.replace(/[?#].*$/, ''));
  } catch {
    return undefined;
  }
  return path.isAbsolute(file) ? path.normalize(file) : undefined;
}

function readSmall(file: string): string | undefined {
  try {
    return statSync(file).size <= MAX_BYTES ? readFileSync(file, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

/** The source map that a script names in its last comment, and the folder that its sources are relative to. */
function mapOf(file: string): { json: string; base: string } | undefined {
  const text = readSmall(file);
  const url = text === undefined ? undefined : [...text.matchAll(MAP_COMMENT)].at(-1)?.[1];
  if (url === undefined) return undefined;
  const data = DATA_URL.exec(url);
  if (data) {
    const [, base64, body = ''] = data;
    try {
      const json = base64 ? Buffer.from(body, 'base64').toString() : decodeURIComponent(body);
      return { json, base: file };
    } catch {
      return undefined;
    }
  }
  try {
    const map = fileURLToPath(new URL(url, pathToFileURL(file)));
    const json = readSmall(map);
    return json === undefined ? undefined : { json, base: map };
  } catch {
    return undefined;
  }
}

function traceOf(file: string, known: string | undefined): TraceMap | undefined {
  const found = known === undefined ? mapOf(file) : { json: known, base: file };
  if (!found) return undefined;
  try {
    return new TraceMap(found.json, pathToFileURL(found.base).href);
  } catch {
    // Not a source map: the script stands for itself.
    return undefined;
  }
}

const isUserFile = (file: string): boolean =>
  !file.split(/[\\/]/).includes('node_modules') &&
  statSync(file, { throwIfNoEntry: false }) !== undefined;

/** What is known of a program's files beforehand. */
export interface LocatorOptions {
  /** Files that are not the user's though they lie nowhere special: the preload. */
  foreign?: readonly string[];
  /**
   * Source maps as JSON, by script, of scripts that may be gone when a frame asks. Their sources are
   * relative to the script.
   */
  maps?: ReadonlyMap<string, string>;
  /** Folders as the user names them; Node names what lies in them by their real path. */
  folders?: readonly string[];
}

/** Folders whose real path is another one: `[real, as the user names it]`. */
function linkedFolders(folders: readonly string[]): [real: string, shown: string][] {
  return folders.flatMap((shown): [string, string][] => {
    try {
      const real = realpathSync.native(shown);
      return fileKey(real) === fileKey(shown) ? [] : [[real, shown]];
    } catch {
      return [];
    }
  });
}

/** Finds places in the user's files. Source maps are read when a frame first asks for them. */
export class FileLocator implements Locator<FilePosition> {
  private readonly traces = new Map<string, TraceMap | undefined>();
  private readonly foreign: ReadonlySet<string>;
  private readonly maps: ReadonlyMap<string, string>;
  private readonly links: readonly [real: string, shown: string][];

  constructor({ foreign = [], maps = new Map(), folders = [] }: LocatorOptions = {}) {
    this.foreign = new Set(foreign.map(fileKey));
    this.maps = new Map([...maps].map(([script, map]) => [fileKey(script), map]));
    this.links = linkedFolders(folders);
  }

  /** Of some frames, innermost first, the first in the user's own code: not in a package. */
  locate(frames: readonly FilePosition[]): SourceLocation | undefined {
    for (const frame of frames) {
      const location = this.original(frame);
      if (location) return location;
    }
    return undefined;
  }

  private original({ file, line, column }: FilePosition): SourceLocation | undefined {
    const script = pathOf(file);
    if (script === undefined || line < 1 || column < 1 || this.foreign.has(fileKey(script))) {
      return undefined;
    }
    const trace = this.traceOf(script);
    if (trace) {
      const found = originalPositionFor(trace, { line, column: column - 1 });
      // Code that no source stands for: a helper of the compiler.
      if (found.source === null) return undefined;
      const source = pathOf(found.source);
      if (source !== undefined && isUserFile(source)) {
        return { file: this.shown(source), line: found.line, column: found.column + 1 };
      }
    }
    return isUserFile(script) ? { file: this.shown(script), line, column } : undefined;
  }

  /** The path under which the user knows a file. */
  private shown(file: string): string {
    const link = this.links.find(([real]) => file.startsWith(real + path.sep));
    return forwardSlashes(link ? path.join(link[1], path.relative(link[0], file)) : file);
  }

  private traceOf(script: string): TraceMap | undefined {
    if (this.traces.has(script)) return this.traces.get(script);
    const trace =
      this.traces.size < MAX_FILES ? traceOf(script, this.maps.get(fileKey(script))) : undefined;
    this.traces.set(script, trace);
    return trace;
  }
}
