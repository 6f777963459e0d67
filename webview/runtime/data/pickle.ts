// As much of Python's pickle format (protocols 2 to 4, https://docs.python.org/3/library/pickletools.html)
// as data files need: containers, numbers, strings, NumPy arrays. Nothing is ever imported or
// called: a global is only a name. Long strings are not read but noted by their place.
import type { RangeFile } from './byteSource';
import { formatError } from './dataError';

/** A string too long to read at once: where it lies in the file. */
export class LongBytes {
  constructor(
    readonly offset: number,
    readonly length: number,
  ) {}
}

/** What Python would build by calling something; `state` is what it would then be given. */
export class Reduced {
  state: unknown;
  constructor(
    readonly callee: unknown,
    readonly args: unknown,
  ) {}
}

/** A global that the pickle names, e.g. `numpy.dtype`. */
export class Global {
  constructor(readonly name: string) {}
}

const MARK = Symbol('mark');
const LONG_BYTES = 4096;
/** Read ahead of each opcode, so that short arguments need no second fetch. */
const LOOK_AHEAD = 64;

/** Reads the value that a pickle file holds. Dictionaries become Maps. */
export async function readPickle(source: RangeFile): Promise<unknown> {
  const unpickler = new Unpickler(source);
  return unpickler.run();
}

class Unpickler {
  private at = 0;
  private readonly stack: unknown[] = [];
  private readonly memo = new Map<number, unknown>();

  constructor(private readonly source: RangeFile) {}

  async run(): Promise<unknown> {
    for (;;) {
      const end = Math.min(this.source.size, this.at + LOOK_AHEAD);
      const fetching = this.source.ensure(this.at, Math.max(end, this.at + 1));
      if (fetching) await fetching;
      const opcode = String.fromCharCode(this.unsigned(1));
      if (opcode === '.') return this.stack.pop();
      const string = this.stringLength(opcode);
      if (string !== undefined) {
        await this.pushString(string.length, string.text);
      } else if (opcode === 'c') {
        this.stack.push(new Global(`${await this.line()}.${await this.line()}`));
      } else {
        this.execute(opcode);
      }
    }
  }

  /** Length of the string that follows, where the opcode stands for one. */
  private stringLength(opcode: string): { length: number; text: boolean } | undefined {
    switch (opcode) {
      case 'U': // SHORT_BINSTRING
      case 'C': // SHORT_BINBYTES
        return { length: this.unsigned(1), text: false };
      case 'T': // BINSTRING
      case 'B': // BINBYTES
        return { length: this.unsigned(4), text: false };
      case 'X': // BINUNICODE
        return { length: this.unsigned(4), text: true };
      case '\x8c': // SHORT_BINUNICODE
        return { length: this.unsigned(1), text: true };
      default:
        return undefined;
    }
  }

  private async pushString(length: number, text: boolean): Promise<void> {
    const start = this.at;
    this.at += length;
    if (length > LONG_BYTES) {
      this.stack.push(new LongBytes(start, length));
      return;
    }
    const fetching = this.source.ensure(start, this.at);
    if (fetching) await fetching;
    const decoder = new TextDecoder(text ? 'utf-8' : 'latin1');
    this.stack.push(decoder.decode(this.source.view(start, this.at)));
  }

  private async line(): Promise<string> {
    let text = '';
    for (;;) {
      const fetching = this.source.ensure(this.at, this.at + 1);
      if (fetching) await fetching;
      const character = String.fromCharCode(this.unsigned(1));
      if (character === '\n') return text;
      text += character;
    }
  }

  private unsigned(bytes: number): number {
    let value = 0;
    const view = this.source.view(this.at, this.at + bytes);
    for (let i = bytes - 1; i >= 0; i--) value = value * 256 + (view[i] ?? 0);
    this.at += bytes;
    return value;
  }

  private sinceMark(): unknown[] {
    return this.stack.splice(this.stack.lastIndexOf(MARK)).slice(1);
  }

  private execute(opcode: string): void {
    const { stack } = this;
    switch (opcode) {
      case '\x80': // PROTO
        this.at += 1;
        return;
      case '\x95': // FRAME
        this.at += 8;
        return;
      case '}':
        stack.push(new Map());
        return;
      case ']':
        stack.push([]);
        return;
      case ')':
        stack.push([]);
        return;
      case '(':
        stack.push(MARK);
        return;
      case 'N':
        stack.push(undefined);
        return;
      case '\x88':
      case '\x89':
        stack.push(opcode === '\x88');
        return;
      case 'K':
        stack.push(this.unsigned(1));
        return;
      case 'M':
        stack.push(this.unsigned(2));
        return;
      case 'J':
        stack.push(this.unsigned(4) | 0);
        return;
      case '\x8a': // LONG1
        stack.push(this.unsigned(this.unsigned(1)));
        return;
      case 'q':
      case 'r':
        this.memo.set(this.unsigned(opcode === 'q' ? 1 : 4), stack.at(-1));
        return;
      case '\x94': // MEMOIZE
        this.memo.set(this.memo.size, stack.at(-1));
        return;
      case 'h':
      case 'j':
        stack.push(this.memo.get(this.unsigned(opcode === 'h' ? 1 : 4)));
        return;
      case 't':
        stack.push(this.sinceMark());
        return;
      case '\x85':
      case '\x86':
      case '\x87': // TUPLE1 to TUPLE3
        stack.push(stack.splice(-(opcode.charCodeAt(0) - 0x84)));
        return;
      case '\x93': // STACK_GLOBAL
        stack.push(new Global(stack.splice(-2).join('.')));
        return;
      case 'a':
      case 'e': {
        const items = opcode === 'a' ? [stack.pop()] : this.sinceMark();
        this.top((value) => Array.isArray(value)).push(...items);
        return;
      }
      case 's':
      case 'u': {
        const items = opcode === 's' ? stack.splice(-2) : this.sinceMark();
        const map = this.top((value) => value instanceof Map);
        for (let i = 0; i + 1 < items.length; i += 2) map.set(items[i], items[i + 1]);
        return;
      }
      case 'R': {
        const [callee, args] = stack.splice(-2);
        stack.push(new Reduced(callee, args));
        return;
      }
      case 'b': {
        const state = stack.pop();
        this.top((value) => value instanceof Reduced).state = state;
        return;
      }
      default:
        throw this.unreadable(`opcode 0x${opcode.charCodeAt(0).toString(16)}`);
    }
  }

  private top<T>(is: (value: unknown) => value is T): T {
    const value = this.stack.at(-1);
    if (!is(value)) throw this.unreadable('an operation on a value of another kind');
    return value;
  }

  private unreadable(found: string): Error {
    return formatError(this.source.file, {
      expected: 'a pickled dictionary of lists and NumPy arrays',
      found: `${found} at byte ${this.at - 1}`,
      remedy: 'Save the data with numpy.savez and read them with npz.',
    });
  }
}
