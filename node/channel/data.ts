// What the program's thread hands to the channel's thread.
import { workerData } from 'node:worker_threads';
import type { FromNode } from '../../src/shared/protocol/node';

/** What the thread is started with. */
export interface ChannelData {
  /** Path of the socket, or name of the pipe. */
  channel: string;
  hello: Extract<FromNode, { type: 'hello' }>;
  words: Int32Array<SharedArrayBuffer>;
}

/** A message to send; `steps`: the number of records in it, if it is one that may be dropped. */
export type Posted = { message: FromNode; steps?: number } | 'end';

/** Marks the thread's data among those of other workers, which load the same file. */
const KEY = 'gradientLensChannel';

/** The data of the thread, as its `workerData`. */
export function toWorkerData(data: ChannelData): object {
  return { [KEY]: data };
}

/** The data of this thread; undefined in a thread that is not the channel's. */
export function channelData(): ChannelData | undefined {
  const data = workerData as unknown;
  if (typeof data !== 'object' || data === null) return undefined;
  return (data as Record<string, ChannelData | undefined>)[KEY];
}
