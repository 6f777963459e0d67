// The run as `gradient-lens train --json` writes it: { steps, state, backend, layers, findings, error }, one step per
// line. Numbers that are not finite become null, as JSON has none.
import type { ExportedRun } from './exportedRun';

/** The text in parts, a step each. Of a long run, the steps whose records were kept. */
export function* runJson({ view, history }: ExportedRun): Generator<string> {
  yield '{"steps":[';
  let separator = '';
  for (const record of history.records) {
    // Kept records have no probe, which is no part of the public shape.
    yield `${separator}\n${JSON.stringify(record)}`;
    separator = ',';
  }
  const { state, backend, layers, findings, error } = view;
  const rest = { state, backend, layers, findings, error: error ?? null };
  yield `\n],${JSON.stringify(rest).slice(1)}\n`;
}
