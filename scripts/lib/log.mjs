// Progress lines: every line says how long the command has run, so that a slow part shows itself.
const started = performance.now();

/** @returns {string} Time since the command began, e.g. ` 12.3s`. */
export const elapsed = () => `${((performance.now() - started) / 1000).toFixed(1)}s`.padStart(7);

/** @param {string} message One line; printed with the time. */
export function progress(message) {
  console.log(`[${elapsed()}] ${message}`);
}

/** @param {unknown} error @returns {string} The message of anything thrown. */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));
