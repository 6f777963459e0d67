// The backend of tfjs-node, which a thread of Node may offer (node/runtimeHost/tfjsNode.ts). The offer is
// taken off the global scope here, before the user's bundle is evaluated.
import { TFJS_NODE_OFFER, type TfjsNodeOffer } from '../../../src/shared/protocol/thread';
import { tf } from '../tf';

const scope = globalThis as unknown as Partial<Record<string, TfjsNodeOffer>>;
const offer = scope[TFJS_NODE_OFFER];
Reflect.deleteProperty(scope, TFJS_NODE_OFFER);

/**
 * Starts the backend `tensorflow` and makes it the one that computes; `isStarted` says whether it does.
 * Undefined where it is not offered. `refusals`: why an installed package is not used, a sentence each.
 */
export async function startTfjsNode(): Promise<
  { isStarted: boolean; refusals: string[] } | undefined
> {
  if (!offer) return undefined;
  const { loaded, refusals } = offer(tf);
  if (loaded === undefined) return { isStarted: false, refusals };
  if (await tf.setBackend('tensorflow')) return { isStarted: true, refusals };
  return {
    isStarted: false,
    refusals: [...refusals, `${loaded} is installed, but its backend does not start.`],
  };
}
