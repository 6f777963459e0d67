// fetch for user code: a relative address is a file of the workspace, read through the host; the
// network is closed. tf.loadLayersModel('./model.json') and tf.data.csv('data.csv') go this way too.
import { RunFailure } from './failure';
import { native } from './scope';

/** Content types that programs look at. */
const TYPES: Record<string, string> = {
  json: 'application/json',
  csv: 'text/csv',
  txt: 'text/plain',
  html: 'text/html',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  svg: 'image/svg+xml',
};

/**
 * The workspace path that an address means, or undefined where it is not a file. A `file:` URL, as
 * `new URL('./data.csv', import.meta.url)` makes it, is left to the host, which knows the folders.
 */
export function workspacePath(address: string): string | undefined {
  if (/^file:/i.test(address)) return address.replace(/[?#].*$/, '');
  if (/^[a-z][a-z\d+.-]*:/i.test(address) || address.startsWith('//')) return undefined;
  const path = address.replace(/[?#].*$/, '').replace(/^\/+/, '');
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Makes the `fetch` that user code sees. */
export function createWorkspaceFetch(
  readFile: (path: string) => Promise<ArrayBuffer>,
): typeof fetch {
  return async (input, init) => {
    const address =
      typeof input === 'string' ? input : input instanceof URL ? input.href : input.url;
    if (/^(blob|data):/i.test(address)) return native.fetch(input, init);
    const path = workspacePath(address);
    if (path === undefined || path === '') {
      throw new RunFailure(
        'no-network',
        `fetch("${address}"): training runs without network. Put the file into the workspace and fetch it by a relative path such as "./data.csv".`,
      );
    }
    const method = init?.method?.toUpperCase() ?? 'GET';
    if (method !== 'GET' && method !== 'HEAD') {
      throw new RunFailure(
        'no-network',
        `fetch("${address}") with method ${method}: files of the workspace can only be read.`,
      );
    }
    init?.signal?.throwIfAborted();
    const bytes = await readFile(path);
    const extension = /\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
    const type = TYPES[extension] ?? 'application/octet-stream';
    const headers = { 'content-type': type, 'content-length': String(bytes.byteLength) };
    return new Response(method === 'HEAD' ? null : bytes, {
      status: 200,
      statusText: 'OK',
      headers,
    });
  };
}
