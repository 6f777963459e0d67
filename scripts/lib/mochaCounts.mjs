// Reads the end of a mocha run's spec report: `12 passing (3s)`, `1 failing`.

/** @typedef {{ passed: number, failed: number }} Counts */

/**
 * Watches lines of output for the totals that mocha prints last.
 * @returns {{ watch: (line: string) => void, counts: () => Counts | undefined }} `counts` is
 *   undefined when no run came to its end.
 */
export function mochaCounter() {
  /** @type {Counts | undefined} */
  let counts;
  return {
    watch(line) {
      const passing = /^\s*(\d+) passing \(/.exec(line);
      if (passing) counts = { passed: Number(passing[1]), failed: counts?.failed ?? 0 };
      const failing = /^\s*(\d+) failing$/.exec(line);
      if (failing && counts) counts = { ...counts, failed: Number(failing[1]) };
    },
    counts: () => counts,
  };
}
