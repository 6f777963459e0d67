// A process that speaks the protocol by the letter or breaks it, as its argument says: what a preload
// does, without tfjs, so that the host's side can be tested on each way in which a process may behave.
import { connect, type Socket } from 'node:net';
import { encodeStepRecords } from '../../../src/shared/protocol/codec';
import { encodeFrame, FrameDecoder } from '../../../src/shared/protocol/frames';
import {
  NODE_INVITATION,
  NODE_PROTOCOL_VERSION,
  type FromNode,
  type NodeInvitation,
  type ToNode,
} from '../../../src/shared/protocol/node';
import { parseToNode } from '../../../src/shared/protocol/nodeGuards';
import { batchOf } from './batches';

const [mode = '', amount = '0'] = process.argv.slice(2);
const invitation = JSON.parse(process.env[NODE_INVITATION] ?? '{}') as NodeInvitation;

/** Connects, and says hello. */
async function join(
  hello: Partial<Extract<FromNode, { type: 'hello' }>> = {},
): Promise<{ socket: Socket; say: (message: FromNode) => boolean }> {
  const socket = connect(invitation.channel);
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => undefined);
  const say = (message: FromNode) => socket.write(encodeFrame(message));
  say({
    ...{ type: 'hello', version: NODE_PROTOCOL_VERSION, token: invitation.token, pid: process.pid },
    ...{ script: process.argv[1] ?? '', standIn: false, ...hello },
  });
  return { socket, say };
}

const STARTED: FromNode = { type: 'started', backend: 'cpu', tfjsVersion: '4.22.0' };
const stepsOf = (from: number, to: number): FromNode => ({
  type: 'steps',
  batch: encodeStepRecords(batchOf(from, to)),
  epochs: [],
  memory: { numTensors: 1, numBytes: 4 },
});
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const forever = () => setInterval(() => undefined, 1000);

/** Ends the process once all is sent. */
const leave = (socket: Socket, code = 0) => socket.end(() => process.exit(code));

const MODES: Record<string, () => Promise<void>> = {
  /** Trains `amount` steps and ends. */
  async trains() {
    const { socket, say } = await join();
    say(STARTED);
    const file = process.argv[1] ?? '';
    say({
      type: 'layers',
      layers: [
        {
          ...{ name: 'a', className: 'Dense', tensors: [{ name: 'a/w', shape: [1] }] },
          frames: [{ file, line: 3, column: 1 }],
        },
      ],
    });
    say({ type: 'plan', epochs: 2, stepsPerEpoch: Number(amount) / 2 });
    for (let step = 1; step <= Number(amount); step++) say(stepsOf(step, step));
    say({ type: 'notice', notice: { code: 'n', message: 'One notice.' } });
    say({ type: 'finished', outcome: 'completed', steps: Number(amount) });
    leave(socket);
  },
  /** Ends with the exit code `amount`, after three steps and its last word. */
  async gives() {
    const { socket, say } = await join();
    say(STARTED);
    say(stepsOf(1, 3));
    say({ type: 'finished', outcome: 'completed', steps: 3 });
    leave(socket, Number(amount));
  },
  /** Says its last word, and goes on for ever. */
  async lingers() {
    const { say } = await join();
    say(STARTED);
    say(stepsOf(1, 3));
    say({ type: 'finished', outcome: 'completed', steps: 3 });
    forever();
  },
  /** Obeys pause, resume and step until it is interrupted. */
  async obeys() {
    const { socket, say } = await join();
    let step = 0;
    let left = invitation.start.paused ? 0 : Infinity;
    say(STARTED);
    if (left === 0) say({ type: 'state', state: 'paused', step });
    const decoder = new FrameDecoder();
    const obey = (message: ToNode) => {
      if (message.type === 'detach') return;
      if (message.type === 'step') left = message.count;
      else left = message.type === 'pause' ? 0 : Infinity;
      if (message.type !== 'step') {
        say({ type: 'state', state: left === 0 ? 'paused' : 'running', step });
      }
    };
    socket.on('data', (chunk) => {
      for (const value of decoder.push(chunk)) {
        const message = parseToNode(value);
        if (message) obey(message);
      }
    });
    setInterval(() => {
      if (left <= 0) return;
      step++;
      say(stepsOf(step, step));
      if (--left === 0) say({ type: 'state', state: 'paused', step });
    }, 5);
  },
  /** Says three steps and ends with the exit code `amount`, without a last word. */
  async exits() {
    const { socket, say } = await join();
    say(STARTED);
    say(stepsOf(1, 3));
    leave(socket, Number(amount));
  },
  /** Says three steps and half of the next batch, and ends with the exit code `amount`. */
  async breaksOff() {
    const { socket, say } = await join();
    say(STARTED);
    say(stepsOf(1, 3));
    const frame = encodeFrame(stepsOf(4, 6));
    socket.write(frame.subarray(0, frame.length >> 1));
    leave(socket, Number(amount));
  },
  /** Ends with the exit code `amount` without having connected. */
  exitsBefore: () => Promise.resolve(process.exit(Number(amount))),
  /** Says three steps and kills itself. */
  async dies() {
    const { socket, say } = await join();
    say(STARTED);
    say(stepsOf(1, 3));
    socket.end(() => process.kill(process.pid, 'SIGKILL'));
    forever();
  },
  /** Says three steps and an error that nobody caught. */
  async throws() {
    const { socket, say } = await join();
    say(STARTED);
    say(stepsOf(1, 3));
    const frames = [
      { file: 'node:internal/modules/run_main', line: 1, column: 1 },
      { file: process.argv[1] ?? '', line: 2, column: 3 },
    ];
    const error = { code: 'model-exception', name: 'TypeError', message: 'It broke.', frames };
    say({ type: 'failed', error, steps: 3 });
    leave(socket, 1);
  },
  /** Says three steps and then bytes of no meaning, and goes on for ever. */
  async babbles() {
    const { socket, say } = await join();
    say(STARTED);
    say(stepsOf(1, 3));
    let seed = 7;
    const next = () => (seed = (seed * 48271) % 2147483647) & 255;
    socket.write(Uint8Array.from({ length: 4096 }, next));
    forever();
  },
  /** Says three steps, and a message that no guard lets through. */
  async breaksAMessage() {
    const { socket, say } = await join();
    say(STARTED);
    say(stepsOf(1, 3));
    socket.write(encodeFrame({ type: 'state', state: 'asleep', step: 4 }));
    say(stepsOf(4, 4));
    forever();
  },
  /** Says three steps, and a batch whose bytes were changed on their way. */
  async breaksABatch() {
    const { say } = await join();
    say(STARTED);
    say(stepsOf(1, 3));
    const batch = encodeStepRecords(batchOf(4, 6)).slice(0, -5);
    say({ type: 'steps', batch, epochs: [], memory: { numTensors: 1, numBytes: 4 } });
    forever();
  },
  /** Says three steps and half of the next batch, and then nothing. */
  async stalls() {
    const { socket, say } = await join();
    say(STARTED);
    say(stepsOf(1, 3));
    const frame = encodeFrame(stepsOf(4, 6));
    socket.write(frame.subarray(0, frame.length >> 1));
    forever();
  },
  /** Closes its end while it goes on. */
  async leaves() {
    const { socket, say } = await join();
    say(STARTED);
    say(stepsOf(1, 3));
    socket.end();
    forever();
  },
  /** Sends `amount` MB of steps as fast as they are taken. */
  async floods() {
    const { socket, say } = await join();
    say(STARTED);
    const goal = Number(amount) * 2 ** 20;
    let step = 0;
    for (let sent = 0; sent < goal;) {
      const before = socket.bytesWritten + socket.writableLength;
      if (!say(stepsOf(step + 1, step + 1000))) {
        await new Promise((resolve) => socket.once('drain', resolve));
      }
      step += 1000;
      sent += socket.bytesWritten + socket.writableLength - before;
    }
    say({ type: 'finished', outcome: 'completed', steps: step });
    leave(socket);
  },
  /** Tries the wrong token, then a message before hello, then connects as it should. */
  async guesses() {
    await join({ token: 'f'.repeat(32) });
    await sleep(50);
    const other = connect(invitation.channel);
    other.on('error', () => undefined);
    other.write(encodeFrame({ type: 'state', state: 'paused', step: 900 }));
    await sleep(50);
    await MODES['trains']?.();
  },
  /** Connects, and tries to connect again. */
  async doubles() {
    const { socket, say } = await join();
    await sleep(50);
    const second = await join().then(
      () => 'let in',
      () => 'refused',
    );
    say(STARTED);
    say(stepsOf(1, 1));
    say({ type: 'notice', notice: { code: 'second', message: second } });
    say({ type: 'finished', outcome: 'completed', steps: 1 });
    leave(socket);
  },
  async speaksAnotherVersion() {
    await join({ version: NODE_PROTOCOL_VERSION + 1 });
    forever();
  },
  /** Goes on through Ctrl-C. */
  async stubborn() {
    process.on('SIGINT', () => undefined);
    const { say } = await join();
    say(STARTED);
    say(stepsOf(1, 3));
    forever();
  },
  /** Never connects. */
  sleeps: () => Promise.resolve(void forever()),
};

const run = MODES[mode];
if (!run) throw new Error(`There is no mode '${mode}'.`);
void run();
