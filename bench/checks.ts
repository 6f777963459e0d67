// What must be true whatever the machine: counted, and reported as test suites are.
import type { MemoryUse } from './contestant';
import { messageOf, progress } from '../scripts/lib/log.mjs';

/** An error of a worker without its stack, which is minified. */
export const firstLineOf = (error: unknown): string => messageOf(error).split('\n')[0] ?? '';

/** Collects checks; a failed one is printed at once. */
export class Checks {
  passed = 0;
  readonly failures: string[] = [];

  /** `report` gets a line for each failure. */
  constructor(private readonly report: (line: string) => void = progress) {}

  /** `detail` says what was found instead. */
  expect(isTrue: boolean, what: string, detail: () => string): void {
    if (isTrue) {
      this.passed++;
      return;
    }
    const failure = `${what}: ${detail()}`;
    this.failures.push(failure);
    this.report(`FAILED ${failure}`);
  }

  /** All losses are the same bits as the first contestant's. */
  expectSameLosses(where: string, losses: ReadonlyMap<string, readonly number[]>): void {
    const [first, ...others] = losses;
    if (first === undefined) return;
    const [reference, expected] = first;
    this.expect(
      expected.length > 0 && expected.every(Number.isFinite),
      `${where}: ${reference} trains on finite losses`,
      () => `its losses are ${expected.slice(0, 5).join(', ')}, …`,
    );
    for (const [name, found] of others) {
      const at = expected.findIndex((loss, i) => !Object.is(loss, found[i]));
      this.expect(
        at < 0 && found.length === expected.length,
        `${where}: the losses of ${name} are those of ${reference}`,
        () =>
          at < 0
            ? `${found.length} losses instead of ${expected.length}`
            : `at step ${at + 1} ${String(found[at])} instead of ${String(expected[at])}`,
      );
    }
  }

  /**
   * `memory` is what tf.memory() said after blocks in which nothing should have grown. It may fall: the
   * first blocks can end while a copy for a checkpoint is read.
   */
  expectFlat(what: string, memory: readonly MemoryUse[]): void {
    const words = ({ numTensors, numDataBuffers, numBytes }: MemoryUse): string =>
      `${numTensors} tensors in ${numDataBuffers} buffers, ${numBytes} bytes`;
    const at = memory.findIndex((now, i) => {
      const before = memory[i - 1] ?? now;
      return (
        now.numTensors > before.numTensors ||
        now.numDataBuffers > before.numDataBuffers ||
        now.numBytes > before.numBytes
      );
    });
    const [before, grown] = [memory[at - 1], memory[at]];
    this.expect(
      memory.length > 0 && at < 0,
      `${what} leaves tf.memory() flat`,
      () => `${before ? words(before) : 'nothing'} became ${grown ? words(grown) : 'nothing'}`,
    );
  }
}
