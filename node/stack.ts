// Reads V8 stack traces in a process: which frames lie in the user's own files, as Node names them.
// With --enable-source-maps, these are the sources that the files were made of.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { framesOfConstruction } from '../src/shared/core/construction';
import type { FilePosition } from '../src/shared/protocol/node';

/** Frames beyond this depth are not looked at; tfjs alone can take twenty. */
const DEPTH = 60;

/** Most frames of a place; the protocol takes a few more. */
const MAX_FRAMES = 100;

/** A place in the program. Its text is made only when it is asked for: that is not free. */
export interface CapturedStack {
  error: Error;
}

/** The stack of the caller. */
export function captureStack(): CapturedStack {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = DEPTH;
  const error = new Error();
  Error.stackTraceLimit = limit;
  return { error };
}

/** Lets the program's errors carry enough frames to reach its own line through tfjs. */
export function widenStacks(): void {
  if (Error.stackTraceLimit < DEPTH) Error.stackTraceLimit = DEPTH;
}

/** The stack of an error as text, whatever the program has made of it. */
export function stackOf(error: unknown): string {
  try {
    const { stack } = error as { stack?: unknown };
    return typeof stack === 'string' ? stack : '';
  } catch {
    return '';
  }
}

/** The place in a line of a stack trace, in parentheses or not. */
const PLACE = /(?:^|[( ])((?:file:\/\/|[/\\]|[A-Za-z]:[\\/])[^()]*?):(\d+):(\d+)\)?$/;
const PACKAGE = /[/\\]node_modules[/\\]/;
/** Packages of tfjs, and the sources that their source maps name, which are not published. */
const TFJS =
  /[/\\]@tensorflow[/\\]tfjs|[/\\]tfjs-(core|layers|data|converter|backend-\w+)[/\\]src[/\\]/;

/** This file once bundled: what is ours in a stack trace. */
const OWN = __filename;

function framesIn(stack: string): FilePosition[] {
  const frames: FilePosition[] = [];
  for (const text of stack.split('\n')) {
    if (!/^\s+at /.test(text) || text.includes(' (eval at ')) continue;
    const place = PLACE.exec(text.replace(/^\s+at (?:async )?/, '('));
    if (!place?.[1] || place[1].endsWith(OWN)) continue;
    frames.push({ file: place[1], line: Number(place[2]), column: Number(place[3]) });
  }
  return frames.slice(0, MAX_FRAMES);
}

/**
 * The frames of `stack` in the user's own files, innermost first. Where none is, because the program
 * itself lies in a package, all that are not of tfjs.
 */
export function userFrames(stack: string): FilePosition[] {
  const frames = framesIn(stack);
  const others = frames.filter(({ file }) => !TFJS.test(file));
  const own = others.filter(({ file }) => !PACKAGE.test(file));
  // Source maps of other packages name files that are not there either.
  const found = own.filter(({ file }) => exists(file));
  return found.length > 0 ? found : own.length > 0 ? own : others;
}

const known = new Map<string, boolean>();

function exists(file: string): boolean {
  let isThere = known.get(file);
  if (isThere === undefined) {
    try {
      isThere = existsSync(file.startsWith('file:') ? fileURLToPath(file) : file);
    } catch {
      isThere = false;
    }
    known.set(file, isThere);
  }
  return isThere;
}

/** The frames of the call that built a layer, see {@link framesOfConstruction}. */
export function constructionFrames(stack: string, className: string): FilePosition[] {
  return framesOfConstruction(stack, className, (text) => userFrames(text));
}
