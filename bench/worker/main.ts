// Entry of a contestant's worker: one model, one backend, trained in blocks that the bench asks for.
import { answer } from './port';
import { tf } from '../../webview/runtime/tf';
import { receiveWasm } from '../../webview/runtime/backends/wasm';
import type { Block, ContestantOptions, Exactness, StartedBackend } from '../contestant';
import { createContestant, type Contestant } from './contestants';
import { adversarialExactness, recordsExactness } from './exactness';

let options: ContestantOptions | undefined;
let contestant: Contestant | undefined;

async function start(asked: ContestantOptions): Promise<StartedBackend | undefined> {
  options = asked;
  const created = await createContestant(asked);
  contestant = created.contestant;
  return created.backend;
}

function block(steps: number): Promise<Block> {
  if (contestant === undefined) throw new Error('Call start first.');
  return contestant.run(steps);
}

function exactness(steps: number): Promise<Exactness> {
  if (options === undefined) throw new Error('Call start first.');
  return recordsExactness(tf, options, steps);
}

answer({ start, block, exactness, adversarial: () => adversarialExactness(tf) }, receiveWasm);
