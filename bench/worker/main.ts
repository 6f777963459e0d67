// Entry of a contestant's worker: one model, one backend, trained in blocks that the bench asks for.
import { answer } from './port';
import { tf } from '../../webview/runtime/tf';
import { receiveWasm } from '../../webview/runtime/backends/wasm';
import type { Block, ContestantOptions, Exactness, StartedBackend } from '../contestant';
import { startBackend } from './backend';
import { createContestant, type Contestant } from './contestants';
import { adversarialExactness, recordsExactness } from './exactness';

let options: ContestantOptions | undefined;
let contestant: Contestant | undefined;

async function start(asked: ContestantOptions): Promise<StartedBackend> {
  options = asked;
  return startBackend(asked);
}

/** The first block also builds the model: its time is what a user waits for. */
async function block(steps: number): Promise<Block> {
  if (options === undefined) throw new Error('Call start first.');
  const engine = tf.engine();
  const before = performance.now();
  contestant ??= createContestant(tf, options);
  // What a contestant leaks is counted, then freed, so that one block does not slow the next.
  const leaks = options.variant === 'tfjs-vis';
  if (leaks) engine.startScope();
  const losses = await contestant.run(steps);
  const ms = performance.now() - before;
  const { numTensors, numBytes } = tf.memory();
  if (leaks) engine.endScope();
  return { ms, losses, numTensors, numBytes };
}

function exactness(steps: number): Promise<Exactness> {
  if (options === undefined) throw new Error('Call start first.');
  return recordsExactness(tf, options, steps);
}

answer({ start, block, exactness, adversarial: () => adversarialExactness(tf) }, receiveWasm);
