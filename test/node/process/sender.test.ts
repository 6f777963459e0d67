import assert from 'node:assert/strict';
import { createConnection, createServer, type Socket } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MAX_WAITING, Sender } from '../../../node/channel/sender';
import { FrameDecoder } from '../../../src/shared/protocol/frames';
import type { FromNode } from '../../../src/shared/protocol/node';

/** Bytes of the records of one message. */
const SIZE = 2 ** 20;
const ROUNDS = 64;

interface Ends {
  near: Socket;
  far: Socket;
  close(): Promise<void>;
}

/** Two ends of a socket. */
async function connected(): Promise<Ends> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gradient-lens-sender-'));
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path.join(folder, 's'), resolve));
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const near = createConnection(path.join(folder, 's'));
  const far = await accepted;
  const close = async (): Promise<void> => {
    near.destroy();
    far.destroy();
    server.close();
    await rm(folder, { recursive: true });
  };
  return { near, far, close };
}

const steps = (epoch: number): FromNode => ({
  type: 'steps',
  batch: new ArrayBuffer(SIZE),
  epochs: [{ epoch, step: epoch, metrics: {} }],
  memory: { numTensors: 0, numBytes: 0 },
});

/** Reads everything until the other side ends. */
function readAll(socket: Socket): Promise<FromNode[]> {
  const messages: FromNode[] = [];
  const decoder = new FrameDecoder();
  socket.on('data', (chunk) =>
    decoder.read(chunk, (message) => messages.push(message as FromNode)),
  );
  return new Promise((resolve) => socket.on('end', () => resolve(messages)));
}

describe('sender of a channel', () => {
  it('holds so much for a host that stalls, leaves out whole records, and says how many', async () => {
    const ends = await connected();
    const { near, far } = ends;
    const sender = new Sender(near);
    for (let i = 1; i <= ROUNDS; i++) sender.send(steps(i), 3);
    assert.ok(near.writableLength <= MAX_WAITING + 2 * SIZE, String(near.writableLength));
    const reading = readAll(far);
    await new Promise((resolve) => near.once('drain', resolve));
    sender.send({ type: 'progress', message: 'on' });
    sender.send(steps(ROUNDS + 1), 3);
    await new Promise<void>((resolve) => sender.end(() => resolve()));
    const messages = await reading;
    const batches = messages.filter(({ type }) => type === 'steps') as Extract<
      FromNode,
      { type: 'steps' }
    >[];
    const [told, ...more] = messages.filter((message) => message.type === 'notice');
    assert.equal(more.length, 0);
    const left = ROUNDS + 1 - batches.length;
    assert.ok(left > 0 && left < ROUNDS);
    assert.match(told?.notice.message ?? '', new RegExp(`^${3 * left} step records were left out`));
    assert.equal(told?.notice.code, 'steps-dropped');
    // No epoch is left out: those of dropped messages come with the next.
    const epochs = batches.flatMap((message) => message.epochs.map(({ epoch }) => epoch));
    assert.deepEqual(
      epochs,
      Array.from({ length: ROUNDS + 1 }, (_, i) => i + 1),
    );
    await ends.close();
  });

  it('sends nothing to a host that is gone', async () => {
    const ends = await connected();
    const { near, far } = ends;
    const sender = new Sender(near);
    near.on('error', () => undefined);
    far.destroy();
    await new Promise((resolve) => near.once('close', resolve));
    sender.send(steps(1), 1);
    assert.equal(near.writableLength, 0);
    await ends.close();
  });
});
