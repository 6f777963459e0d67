// Evaluates the runtime and the user's bundle as one script, as a page does with its worker.
import { Script } from 'node:vm';

/** The two parts of the script. */
export interface ScriptParts {
  runtime: string;
  bundle: string;
}

/**
 * The whole script. The runtime learns how many lines precede the bundle, to take them off the places
 * in stack traces. The bundle is an ES module without imports: strict, its declarations its own, its
 * `this` undefined, and `await` allowed at its top, which a script has only inside a function.
 */
export function scriptOf({ runtime, bundle }: ScriptParts): string {
  // The line of the constant, those of the runtime, and the one that opens the function.
  const before = 1 + runtime.split('\n').length + 1;
  const head = `'use strict'; self.__gradientLensBundleLine = ${before};`;
  return `${head}\n${runtime}\n;(async function () {\n${bundle}\n})();\n`;
}

/** Runs the script in this thread; what the bundle throws is met as an unhandled rejection. */
export function runScript(parts: ScriptParts, address: string): void {
  new Script(scriptOf(parts), { filename: address }).runInThisContext();
}
