// The few words of memory that the program's thread and the channel's thread share: what must be known, or
// must be able to hold the program, while it computes without ever giving way.

/** Indices into the shared words. */
export const WORD = {
  /** Optimizer steps taken. Written by the program. */
  steps: 0,
  /** Number of steps at which the program is held. Written by the channel; the program waits on it. */
  holdAt: 1,
  /** 1 while the program is held. Written by the program. */
  held: 2,
  /** 1 once nobody listens any more. Written by the channel. */
  gone: 3,
  /** 1 once everything has left. Written by the channel; a program that ends waits on it. */
  done: 4,
  /** 1 once the channel's thread runs. Written by the channel; a program in a debugger waits on it. */
  started: 5,
} as const;

/** The value of `holdAt` that no run reaches. */
export const NEVER = 0x7fffffff;

/** Fresh words of a program that starts; `paused`: held before its first step. */
export function newWords(paused: boolean): Int32Array<SharedArrayBuffer> {
  const count = Object.keys(WORD).length;
  const words = new Int32Array(new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT));
  words[WORD.holdAt] = paused ? 0 : NEVER;
  return words;
}
