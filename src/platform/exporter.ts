// Loads what writes exports on first use: most windows never ask for one.
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Uri } from 'vscode';
import type * as exporter from '../export';

/** What `dist/export.js` exports. */
export type Exporter = typeof exporter;

/** The exporter of the extension at `extensionUri`. Node keeps what it has loaded. */
export function loadExporter(extensionUri: Uri): Exporter {
  const file = path.join(extensionUri.fsPath, 'dist/export.js');
  return createRequire(file)(file) as Exporter;
}
