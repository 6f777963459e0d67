// Reads V8 stack traces: which frames lie in the user's bundle, counted from its first line. The
// worker's script is the runtime followed by the bundle, so both share one blob address.
import { framesOfConstruction } from '../../src/shared/core/construction';
import type { BundlePosition } from '../../src/shared/protocol/runtime';

/** Frames beyond this depth are not looked at; tfjs alone can take twenty. */
const DEPTH = 60;

declare global {
  interface ErrorConstructor {
    /** V8: how many frames an error's stack keeps. */
    stackTraceLimit: number;
  }
}

/** `__gradientLensBundleLine`: how many lines of the script precede the user's bundle. */
declare const __gradientLensBundleLine: number | undefined;

/** The stack of the caller as text; parsing is left to {@link bundleFrames}, for it is not free. */
export function captureStack(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = DEPTH;
  const { stack } = new Error();
  Error.stackTraceLimit = limit;
  return stack ?? '';
}

/** The frames of `stack` that lie in the user's bundle, innermost first. */
export function bundleFrames(
  stack: string,
  script: string = self.location.href,
  linesBefore: number = typeof __gradientLensBundleLine === 'number' ? __gradientLensBundleLine : 0,
): BundlePosition[] {
  const frames: BundlePosition[] = [];
  for (const text of stack.split('\n')) {
    const at = text.lastIndexOf(script);
    if (at < 0 || !/^\s+at /.test(text)) continue;
    const place = /^:(\d+):(\d+)/.exec(text.slice(at + script.length));
    if (!place) continue;
    const line = Number(place[1]) - linesBefore;
    if (line >= 1) frames.push({ line, column: Number(place[2]) });
  }
  return frames;
}

/** The frames of the call that built a layer, see {@link framesOfConstruction}. */
export function constructionFrames(stack: string, className: string): BundlePosition[] {
  return framesOfConstruction(stack, className, (text) => bundleFrames(text));
}

/** Lets user errors carry enough frames to reach the user's own line through tfjs. */
export function widenStacks(): void {
  Error.stackTraceLimit = DEPTH;
}
