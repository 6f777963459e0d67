// The layers that a running program built before it was watched. Nothing in tfjs lists them: the process's
// own debugger does, by their prototype.
import { createRequire } from 'node:module';
import type { LayerLike } from '../../src/shared/tap/internals';

/** The part of an inspector session that is used: with a session in one's own thread, answers come at once. */
interface InspectorSession {
  connect(): void;
  disconnect(): void;
  post(
    method: string,
    params: object,
    answer: (
      error: unknown,
      result?: { result?: { objectId?: string }; objects?: { objectId?: string } },
    ) => void,
  ): void;
}

/** Where the process's debugger and this file hand objects to each other, while they do. */
const EXCHANGE = '__gradientLensExchange';

/** A number of tfjs's own, which counts layers as they are built. */
const idOf = (layer: LayerLike): number => (layer as unknown as { id: number }).id;

const isInstance = (found: unknown): found is LayerLike =>
  typeof found === 'object' && found !== null && Object.hasOwn(found, 'id') && 'weights' in found;

/** All layers with this prototype, in the order in which they were built. Collects garbage. */
export function livingLayers(prototype: LayerLike): LayerLike[] {
  const { Session } = createRequire(__filename)('node:inspector') as {
    Session: new () => InspectorSession;
  };
  const session = new Session();
  const exchange: { prototype: object; found: readonly unknown[] } = { prototype, found: [] };
  const property = { value: exchange, enumerable: false, configurable: true };
  Object.defineProperty(globalThis, EXCHANGE, property);
  try {
    session.connect();
    const ask = (method: string, params: object): string | undefined => {
      let id: string | undefined;
      session.post(method, params, (_, result) => {
        id = result?.result?.objectId ?? result?.objects?.objectId;
      });
      return id;
    };
    const prototypeObjectId = ask('Runtime.evaluate', { expression: `${EXCHANGE}.prototype` });
    const objectId = ask('Runtime.queryObjects', { prototypeObjectId });
    const take = `function () { ${EXCHANGE}.found = this; }`;
    ask('Runtime.callFunctionOn', { objectId, functionDeclaration: take });
    return exchange.found.filter(isInstance).sort((a, b) => idOf(a) - idOf(b));
  } finally {
    session.disconnect();
    Reflect.deleteProperty(globalThis, EXCHANGE);
  }
}
