// What a thread of Node that trains is started with, and what it offers to the runtime that it evaluates:
// the tfjs-node that is installed beside the model, to train on its binary.

/** Data of the thread. */
export interface RuntimeHostData {
  /** Path of dist/runtime.js. */
  runtime: string;
  /** The user's bundle, see `BundleGlobals`. */
  bundle: string;
  /** Path of the model, where a tfjs-node that is found from there may train it. */
  tfjsNodeFrom?: string;
}

/**
 * Name of the offer on the global scope: a {@link TfjsNodeOffer}. The runtime takes it away before the
 * user's bundle is evaluated.
 */
export const TFJS_NODE_OFFER = '__gradientLensTfjsNode';

/** How the packages that are installed went. */
export interface TfjsNodeOutcome {
  /** The package that registered the backend `tensorflow`, e.g. `@tensorflow/tfjs-node`. */
  loaded?: string;
  /** Why others did not, one plain sentence each; empty where none is installed. */
  refusals: string[];
}

/**
 * Has tfjs-node register its kernels and its backend with `tf`, the tfjs of the runtime, which it then
 * takes for its own. Never throws.
 */
export type TfjsNodeOffer = (tf: object) => TfjsNodeOutcome;
