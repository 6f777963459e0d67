// A program that trains nothing when it is run, but exports a function that would: the function is called
// when the program would end, as it is in the editor's own runtime.
import { pathToFileURL } from 'node:url';

/** Functions that are called, in this order. */
const ENTRIES = ['default', 'main', 'train', 'run'] as const;

type Exports = Record<string, unknown>;

/** What the file that Node was started with exports. */
async function exportsOfMain(): Promise<Exports | undefined> {
  const { mainModule } = process as { mainModule?: { exports: unknown } };
  if (mainModule) return mainModule.exports as Exports | undefined;
  const [, script] = process.argv;
  if (script === undefined) return undefined;
  // The module that ran, not a second one: its address is the same.
  return (await import(pathToFileURL(script).href)) as Exports;
}

function entryOf(exports: Exports | undefined): (() => unknown) | undefined {
  if (typeof exports !== 'object' && typeof exports !== 'function') return undefined;
  for (const name of ENTRIES) {
    const exported = exports[name];
    // A class is none: it cannot be called.
    if (typeof exported === 'function' && !/^class\b/.test(String(exported))) {
      return () => (exported as () => unknown).call(exports);
    }
  }
  return undefined;
}

/** Calls the exported function once the program has nothing left to do and has taken no step. */
export function callEntryAtEnd(steps: () => number): void {
  process.once('beforeExit', () => {
    if (steps() > 0) return;
    const called = exportsOfMain()
      .catch(() => undefined)
      .then((exports) => entryOf(exports)?.());
    // What it throws ends the process as anything that the program throws; nothing handles it here.
    void called;
  });
}
