// Loads the planner of fixes on first use: it carries TypeScript's parser, which is larger than all
// the rest of the extension, and most windows never ask for a fix.
import { createRequire } from 'node:module';
import path from 'node:path';
import type * as fixes from '../fixes';

/** What `dist/fixes.js` exports. */
export type Fixes = typeof fixes;

/** The planner of fixes of the extension at `extensionPath`. */
export class FixesService {
  private loaded: Fixes | undefined;

  constructor(private readonly extensionPath: string) {}

  /** The planner; the first call takes some tenths of a second. */
  get(): Fixes {
    const file = path.join(this.extensionPath, 'dist/fixes.js');
    this.loaded ??= createRequire(file)(file) as Fixes;
    return this.loaded;
  }
}
