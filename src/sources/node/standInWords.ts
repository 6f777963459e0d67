// What a run says of a tfjs-node that does not load, and of what takes its place.
import type { Notice } from '../../shared/core/run';

/** The notice of a run on the stand-in. */
export const STAND_IN: Notice = {
  code: 'stand-in',
  message:
    '@tensorflow/tfjs trains in the place of @tensorflow/tfjs-node, whose native part is not there or does ' +
    'not load: results may differ in the last digits, and steps take longer. The setting ' +
    'gradientLens.node.standIn decides.',
};

/** What is to be done about a tfjs-node that does not load; of a loader's message the first line tells. */
export function inWords<T extends { code: string; message: string }>(error: T): T {
  if (error.code !== 'tfjs-node-missing') return error;
  const [reason = ''] = error.message.split('\n');
  const message =
    `@tensorflow/tfjs-node does not load here (${reason}). Run the program on @tensorflow/tfjs in its ` +
    'place (setting gradientLens.node.standIn), or install it: npm install @tensorflow/tfjs-node.';
  return { ...error, message };
}
