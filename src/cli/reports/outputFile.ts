// A report that grows beside its final name and takes it when it is whole, so that nobody reads half a
// report; or standard output.
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { CliError } from '../cliError';
import { STANDARD_OUTPUT } from '../options';

const STDOUT = 1;

/** Writes synchronously: what is written is out of memory. */
export class OutputFile {
  private readonly descriptor: number;
  private readonly part: string | undefined;
  private isOpen = true;

  /** @throws CliError where the file cannot be written. */
  constructor(
    private readonly name: string,
    option: string,
  ) {
    if (name === STANDARD_OUTPUT) {
      this.descriptor = STDOUT;
      return;
    }
    this.part = `${name}.part`;
    try {
      this.descriptor = openSync(this.part, 'w');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CliError(`${option} ${name} cannot be written: ${reason}.`);
    }
  }

  write(text: string): void {
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length;) {
      done += this.writeSome(bytes.subarray(done));
    }
  }

  private writeSome(bytes: Uint8Array): number {
    try {
      return writeSync(this.descriptor, bytes);
    } catch (error) {
      // A pipe whose reader is slow: it takes more soon.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      return 0;
    }
  }

  /** The report is whole. */
  finish(): void {
    if (this.close()) renameSync(this.part ?? '', this.name);
  }

  /** There will be no report; nothing where it is whole already. */
  discard(): void {
    if (this.close()) rmSync(this.part ?? '', { force: true });
  }

  /** False where there is nothing to close. */
  private close(): boolean {
    if (this.part === undefined || !this.isOpen) return false;
    this.isOpen = false;
    closeSync(this.descriptor);
    return true;
  }
}
