// The channel's thread: owns the socket, so that records leave and controls arrive while the program
// computes. It lives beside the program and ends with it.
import { createConnection } from 'node:net';
import type { MessagePort } from 'node:worker_threads';
import { FrameDecoder } from '../../src/shared/protocol/frames';
import type { FromNode, ToNode } from '../../src/shared/protocol/node';
import { parseToNode } from '../../src/shared/protocol/nodeGuards';
import type { ChannelData, Posted } from './data';
import { Sender } from './sender';
import { NEVER, WORD } from './words';

/** A pause is acknowledged after this time even where the program takes no step; milliseconds. */
const ACKNOWLEDGE_MS = 250;

/** Most bytes of a message from the host: controls are small. */
const MAX_CONTROL = 4096;

/** Runs the channel until its program ends, or the host is gone. */
export function runChannel({ channel, hello, words }: ChannelData, port: MessagePort): void {
  const socket = createConnection(channel);
  const sender = new Sender(socket);
  const decoder = new FrameDecoder(MAX_CONTROL);
  /** Steps at which the host was last told of a pause. */
  let told = -1;
  let acknowledging: NodeJS.Timeout | undefined;

  const set = (word: keyof typeof WORD, value: number): void => {
    Atomics.store(words, WORD[word], value);
    Atomics.notify(words, WORD[word]);
  };
  const get = (word: keyof typeof WORD): number => Atomics.load(words, WORD[word]);
  /** Nobody listens: the program goes on by itself. */
  const leave = (): void => {
    clearTimeout(acknowledging);
    set('gone', 1);
    set('holdAt', NEVER);
    set('done', 1);
    port.close();
  };
  const tellPaused = (): void => {
    clearTimeout(acknowledging);
    const step = get('steps');
    if (told === step || get('holdAt') > step) return;
    told = step;
    sender.send({ type: 'state', state: 'paused', step });
  };
  const go = (until: number): void => {
    clearTimeout(acknowledging);
    told = -1;
    set('holdAt', until);
  };
  const receive = (message: ToNode): void => {
    switch (message.type) {
      case 'pause':
        go(get('steps'));
        if (get('held') === 1) tellPaused();
        else acknowledging = setTimeout(tellPaused, ACKNOWLEDGE_MS);
        break;
      case 'resume': {
        // Where it goes on: a moment later it has taken steps.
        const step = get('steps');
        go(NEVER);
        sender.send({ type: 'state', state: 'running', step });
        break;
      }
      case 'step':
        go(Math.min(NEVER, get('steps') + Math.max(1, message.count)));
        break;
      case 'detach':
        sender.end(leave);
        break;
    }
  };
  const post = (message: FromNode, steps?: number): void => {
    if (message.type === 'state' && message.state === 'paused') {
      if (told === message.step) return;
      told = message.step;
    }
    sender.send(message, steps);
  };

  socket.on('data', (chunk) => {
    try {
      decoder.read(chunk, (received) => {
        const message = parseToNode(received);
        if (message) receive(message);
      });
    } catch {
      // Not a host of ours, or a broken one: nothing more is said to it.
      socket.destroy();
    }
  });
  socket.on('error', leave);
  socket.on('close', leave);
  socket.on('end', () => socket.destroy());
  port.on('message', (posted: Posted) => {
    if (posted === 'end') sender.end(() => set('done', 1));
    else post(posted.message, posted.steps);
  });
  set('started', 1);
  sender.send(hello);
  if (get('holdAt') === 0) acknowledging = setTimeout(tellPaused, ACKNOWLEDGE_MS);
}
