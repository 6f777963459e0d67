// What esbuild says about a bundle that failed, as one error with the line in the user's own file.
import path from 'node:path';
import type { BuildFailure, Location, Message } from 'esbuild';
import type { SourceLocation } from '../shared/core/run';
import { messageOf, ModelError } from './modelError';
import { forwardSlashes } from './sourceMap';
import type { NeedsNodeDetail } from './virtualModules';

/** True for what `esbuild.build` rejects with when the user's sources are at fault. */
function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && Array.isArray((error as Partial<BuildFailure>).errors);
}

function toLocation(location: Location | null, folder: string): SourceLocation | undefined {
  if (
    !location ||
    /^[\w-]{2,}:/.test(location.namespace) ||
    location.file.includes('gradient-lens-')
  ) {
    return undefined;
  }
  // esbuild counts columns in UTF-8 bytes from 0, editors in UTF-16 units.
  const before = Buffer.from(location.lineText, 'utf8').subarray(0, location.column);
  return {
    file: forwardSlashes(path.resolve(folder, location.file)),
    line: location.line,
    column: before.toString('utf8').length + 1,
  };
}

function needsNodeOf(message: Message): string | undefined {
  const detail = message.detail as Partial<NeedsNodeDetail> | null | undefined;
  return typeof detail?.needsNode === 'string' ? detail.needsNode : undefined;
}

const place = (location: SourceLocation | undefined) =>
  location ? `${path.posix.basename(location.file)}, line ${location.line}: ` : '';

function missingImport(specifier: string): string {
  return /^[./]|^[a-z]:/i.test(specifier)
    ? `the file '${specifier}' that it imports does not exist. Check the path and the spelling.`
    : `the package '${specifier}' that it imports is not installed. Run: npm install ` +
        (specifier.startsWith('@')
          ? specifier.split('/').slice(0, 2).join('/')
          : (specifier.split('/')[0] ?? specifier));
}

function describe(message: Message, folder: string): ModelError {
  const location = toLocation(message.location, folder);
  const where = place(location);
  const node = needsNodeOf(message);
  if (node !== undefined) {
    return new ModelError(
      'needs-node',
      `${where}this program needs Node: it imports '${node}', which does not exist where it was to ` +
        "train. A program trains in Node where its backend is left out, or is 'node'. An experiment " +
        "module imports '@tensorflow/tfjs' instead of tfjs-node, and reads files with fetch('./file') " +
        "or the readers of 'gradient-lens'.",
      location,
    );
  }
  const unresolved = /^Could not resolve "(.*)"/.exec(message.text);
  if (unresolved) {
    return new ModelError('missing-import', where + missingImport(unresolved[1] ?? ''), location);
  }
  if (message.text.startsWith('No matching export')) {
    return new ModelError('missing-import', `${where}${lower(message.text)}.`, location);
  }
  if (message.text.startsWith('No loader is configured')) {
    const file = message.text.replace(/^.*files: /, '');
    const text = `${where}files like ${file} cannot be imported. Read it with fetch instead.`;
    return new ModelError('missing-import', text, location);
  }
  return location
    ? new ModelError('syntax-error', `${where}${lower(message.text)}.`, location)
    : new ModelError('bundle-failed', `The model could not be bundled: ${message.text}.`);
}

const lower = (text: string) => text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');

/** The one error to show for a failed bundle. The cause that explains most comes first. */
export function toModelError(error: unknown, folder: string): ModelError {
  if (error instanceof ModelError) return error;
  if (!isBuildFailure(error) || error.errors.length === 0) {
    const text = `The model could not be bundled: ${messageOf(error)}`;
    return new ModelError('bundle-failed', text, undefined, { cause: error });
  }
  const first = error.errors.find((message) => needsNodeOf(message) !== undefined);
  const described = describe(first ?? (error.errors[0] as Message), folder);
  const others = error.errors.length - 1;
  if (others === 0 || described.code === 'needs-node') return described;
  const more = ` (${others} more ${others === 1 ? 'error' : 'errors'} in this program)`;
  return new ModelError(described.code, described.message + more, described.location);
}
