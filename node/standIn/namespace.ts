// The module that stands in for tfjs-node: the user's own tfjs, with what tfjs-node adds to it.
import type { TfNamespace } from '../../src/shared/tap/types';
import type { Exports } from '../loading/copies';
import { fileSystem, registerFiles } from './fileSystem';
import { nodeNamespace } from './nodeNamespace';

/**
 * The exports of the stand-in. They follow those of `base`, as those of tfjs-node do. `tell` is told of
 * what is left out, `ready` is awaited by `tf.ready()`.
 */
export function standInNamespace(
  base: Exports,
  tell: (message: string) => void,
  ready: () => Promise<void>,
): Exports {
  const tf = base as unknown as TfNamespace;
  const standIn: Exports = {};
  const define = (name: string, value: unknown): void => {
    Object.defineProperty(standIn, name, { value, enumerable: true, writable: true });
  };
  for (const name of Object.keys(base)) {
    if (name === 'default') continue;
    Object.defineProperty(standIn, name, {
      enumerable: true,
      configurable: true,
      get: () => base[name],
    });
  }
  const io = base['io'] as Exports | undefined;
  if (io) {
    registerFiles(tf);
    const open = (place: string | string[]): unknown => fileSystem(tf, place);
    define('io', { ...io, fileSystem: open, nodeHTTPRequest: io['http'] });
  }
  const versions = base['version'] as Exports | undefined;
  const version = versions?.['tfjs'] ?? base['version_core'];
  define('version', { ...versions, 'tfjs-node': version });
  define('node', nodeNamespace(base, tell));
  define('ready', async () => {
    await ready();
    await tf.ready();
  });
  Object.defineProperty(standIn, '__esModule', { value: true });
  return standIn;
}
