// Runs to export: synthetic ones through the real history, with the awkward names and values that programs have.
import { RunHistory } from '../../../src/run/runHistory';
import type { ExportedRun } from '../../../src/export/exportedRun';
import type { RunView } from '../../../src/shared/protocol/panel';
import {
  syntheticRun,
  viewOf,
  type SyntheticOptions,
  type SyntheticRun,
} from '../../webview/panel/syntheticRun';

/** A run of the host, as its exports take it. */
export function exported(
  options: Partial<SyntheticOptions> = {},
  change: Partial<RunView> = {},
): ExportedRun & { run: SyntheticRun; history: RunHistory } {
  const run = syntheticRun({ layers: 3, steps: 20, stepsPerEpoch: 10, ...options });
  const history = new RunHistory();
  for (const record of run.records) {
    history.append(record);
    const epoch = run.epochs.find(({ step }) => step === record.step);
    if (epoch) history.addEpoch(epoch);
  }
  return { run, history, view: viewOf(run, change), version: '0.0.0' };
}

/** Fields of a text by RFC 4180, read by a reader of its own that knows nothing of the writer. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    let field = '';
    if (text[at] === '"') {
      for (at++; ; at++) {
        if (at >= text.length) throw new Error('A quoted field does not end.');
        if (text[at] !== '"') field += text[at] ?? '';
        else if (text[at + 1] === '"') field += text[++at] ?? '';
        else break;
      }
      at++;
    } else {
      while (at < text.length && text[at] !== ',' && text[at] !== '\r') field += text[at++] ?? '';
      if (/["\n]/.test(field)) throw new Error(`A field holds what has to be quoted: ${field}`);
    }
    row.push(field);
    if (text[at] === ',') {
      at++;
      continue;
    }
    if (text.slice(at, at + 2) !== '\r\n') throw new Error(`A row ends without CRLF at ${at}.`);
    at += 2;
    rows.push(row);
    row = [];
  }
  return rows;
}
