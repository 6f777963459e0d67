// A report that grows beside its final name and takes it when it is whole, so that nobody reads half a
// report; or standard output.
import {
  closeSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { CliError } from '../cliError';
import { STANDARD_OUTPUT } from '../options';
import { messageOf } from '../../shared/core/thrown';

const STDOUT = 1;

/**
 * The regular file that `name` is or will be, links followed; undefined for a device or a pipe, whose
 * place no other file may take.
 */
function regularFile(name: string): string | undefined {
  const known = statSync(name, { throwIfNoEntry: false });
  if (!known) return name;
  return known.isFile() ? realpathSync(name) : undefined;
}

/** Writes synchronously: what is written is out of memory. */
export class OutputFile {
  private readonly descriptor: number;
  /** Names of the growing file and of the whole one; none where it is written to directly. */
  private names: { part: string; whole: string } | undefined;
  private isOpen = true;

  /** @throws CliError where the file cannot be written. */
  constructor(name: string, option: string) {
    if (name === STANDARD_OUTPUT) {
      this.descriptor = STDOUT;
      return;
    }
    try {
      const whole = regularFile(name);
      if (whole !== undefined) this.names = { part: `${whole}.part`, whole };
      this.descriptor = openSync(this.names?.part ?? name, 'w');
    } catch (error) {
      const reason = messageOf(error);
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
    this.close();
    const { names } = this;
    this.names = undefined;
    if (names) renameSync(names.part, names.whole);
  }

  /** There will be no report; nothing where it is whole already. */
  discard(): void {
    this.close();
    if (this.names) rmSync(this.names.part, { force: true });
    this.names = undefined;
  }

  private close(): void {
    if (this.isOpen && this.descriptor !== STDOUT) closeSync(this.descriptor);
    this.isOpen = false;
  }
}
