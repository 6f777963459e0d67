// Reads the end of a mocha run's spec report: `12 passing (3s)`, `1 failing`, and what failed.

/** @typedef {{ passed: number, failed: number }} Counts */

/** Lines kept of the failures that mocha prints after its totals. */
const REPORT_LINES = 120;

/**
 * Watches lines of output for the totals that mocha prints last, and for what failed.
 * @returns {{ watch: (line: string) => void, counts: () => Counts | undefined, failures: () => string[] }}
 *   `counts` is undefined when no run came to its end; `failures` are the lines that say which
 *   tests failed and why.
 */
export function mochaCounter() {
  /** @type {string[]} */
  const failures = [];
  /** @type {Counts | undefined} */
  let counts;
  return {
    watch(line) {
      const passing = /^\s*(\d+) passing \(/.exec(line);
      if (passing) counts = { passed: Number(passing[1]), failed: counts?.failed ?? 0 };
      const failing = /^\s*(\d+) failing$/.exec(line);
      if (failing && counts) counts = { ...counts, failed: Number(failing[1]) };
      if (counts && counts.failed > 0 && failures.length < REPORT_LINES) failures.push(line);
    },
    counts: () => counts,
    failures: () => failures,
  };
}
