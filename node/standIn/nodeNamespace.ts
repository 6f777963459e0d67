// What stands in for `tf.node`: TensorFlow's binary does all of it, so that little is left without. What
// is left out says so, once, or when it is called.
import type { Exports } from '../loading/copies';

/** Called for what needs TensorFlow's binary. */
export class NeedsTfjsNode extends Error {
  override readonly name = 'NeedsTfjsNode';
  readonly code = 'tfjs-node-missing';

  constructor(what: string) {
    super(
      `${what} needs the binary of tfjs-node, which @tensorflow/tfjs stands in for. Install it (npm rebuild @tensorflow/tfjs-node --build-addon-from-source), or leave ${what} out.`,
    );
  }
}

/** Functions of `tf.node` that nothing can stand in for. */
const IMPOSSIBLE = [
  'decodeImage',
  'decodeBmp',
  'decodeGif',
  'decodePng',
  'decodeJpeg',
  'encodeJpeg',
  'encodePng',
  'getMetaGraphsFromSavedModel',
  'getNumOfSavedModels',
  'loadSavedModel',
] as const;

/** The namespace; `tell` is told, once, that a log is not written. */
export function nodeNamespace(base: Exports, tell: (message: string) => void): Exports {
  let isTold = false;
  const leaveOut = (what: string): void => {
    if (isTold) return;
    isTold = true;
    tell(`${what} writes no logs, because the binary of tfjs-node is not there.`);
  };
  const namespace: Exports = {
    tensorBoard: () => {
      leaveOut('tf.node.tensorBoard');
      const Callback = base['CustomCallback'] as new (handlers: object) => object;
      return new Callback({});
    },
    summaryFileWriter: () => {
      leaveOut('tf.node.summaryFileWriter');
      const nothing = (): void => undefined;
      return { scalar: nothing, histogram: nothing, flush: nothing };
    },
  };
  for (const name of IMPOSSIBLE) {
    namespace[name] = () => {
      throw new NeedsTfjsNode(`tf.node.${name}`);
    };
  }
  return namespace;
}
