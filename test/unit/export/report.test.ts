// The report: everything that it is to show is in it, nothing of a program becomes markup, and nothing is loaded.
import assert from 'node:assert/strict';
import { htmlReport } from '../../../src/export/report/report';
import type { Finding } from '../../../src/shared/core/finding';
import { vanishingFinding } from '../../webview/panel/syntheticRun';
import { exported } from './exported';

const HOSTILE = `"><img src=x onerror=alert(1)><script>alert('2')</script>&amp;\u0000`;

const textOf = (parts: Iterable<string>): string => [...parts].join('');

/** Tags of a text, by name. */
function tags(html: string): string[] {
  return [...html.matchAll(/<([a-zA-Z]+)/g)].map(([, name = '']) => name.toLowerCase());
}

describe('the report', () => {
  it('has the run, its findings with evidence, remedies and source line, and its pictures', () => {
    const { run, ...of } = exported({ steps: 60 }, { hyperparameters: { units: 128 } });
    const finding = vanishingFinding(run);
    const html = textOf(
      htmlReport({
        ...of,
        view: { ...of.view, findings: [finding], state: 'completed' },
        sourceLine: ({ line }) => `layer of line ${line}`,
        startedAt: Date.UTC(2026, 0, 5, 9, 30),
      }),
    );
    for (const words of ['Vanishing gradient', 'mnist-cnn.model.ts:12', 'layer of line 12']) {
      assert.ok(html.includes(words), words);
    }
    for (const { title } of finding.remedies) assert.ok(html.includes(title), title);
    assert.match(html, /Measured [\d.e−-]+, threshold [\d.e-]+ \(/);
    assert.match(html, /2026-01-05 09:30 UTC/);
    assert.match(html, /<dt>units<\/dt><dd>128<\/dd>/);
    for (const { name } of run.layers) {
      assert.ok(html.includes(`<title>Gradient of ${name} at step 1</title>`));
      assert.ok(html.includes(`<title>Gradient of ${name} at step 60</title>`));
    }
    assert.ok(html.includes('<title>loss over steps 1 to 60</title>'));
    assert.ok(html.includes('<title>Gradient norm of 3 layers over steps 1 to 60</title>'));
    const last = run.records.at(-1)!.layers[run.layers[0]!.name]!;
    assert.ok(html.includes(last.gradient.norm.toPrecision(3)));
  });

  it('escapes every text that a program, its names or its failure bring in', () => {
    const { run, ...of } = exported({ steps: 4 });
    const [first] = run.layers;
    const named = { ...first!, name: HOSTILE, className: HOSTILE, activation: HOSTILE };
    const finding: Finding = {
      ...vanishingFinding(run),
      layer: HOSTILE,
      message: `\`${HOSTILE}\``,
      reference: HOSTILE,
      remedies: [{ id: 'check-data', title: HOSTILE }],
      evidence: { measured: NaN, threshold: 0, unit: HOSTILE, window: 1 },
      location: { file: `/home/user/${HOSTILE}`, line: 1, column: 1 },
      consequences: [{ rule: 'loss-plateau', message: HOSTILE, firstStep: 1 }],
    };
    const record = { ...run.records[0]!, step: 5, metrics: { [HOSTILE]: 1 } };
    of.history.append({ ...record, layers: { [HOSTILE]: record.layers[first!.name]! } });
    const html = textOf(
      htmlReport({
        ...of,
        version: HOSTILE,
        sourceLine: () => HOSTILE,
        view: {
          ...of.view,
          ...{ id: HOSTILE, title: HOSTILE, path: HOSTILE, renderer: HOSTILE },
          ...{ backendReason: HOSTILE, backend: HOSTILE },
          hyperparameters: { [HOSTILE]: HOSTILE },
          layers: [...run.layers, named],
          findings: [finding],
          notices: [{ code: 'x', message: HOSTILE }],
          error: { code: 'model-exception', message: HOSTILE },
          changes: [{ step: 2, words: HOSTILE }],
        },
      }),
    );
    const found = tags(html);
    assert.equal(found.includes('script'), false);
    assert.equal(found.includes('img'), false);
    // 20 places at least, each escaped; a control character would end an XML reader.
    assert.ok(html.split('&lt;script&gt;').length > 20);
    assert.equal(html.includes('\u0000'), false);
    // No tag has an attribute that runs something or loads something.
    for (const [tag] of html.matchAll(/<[a-zA-Z][^>]*>/g)) {
      assert.doesNotMatch(tag.replace(/="[^"]*"/g, '=""'), /\s(?:on\w+|src|href|srcset|action)=/i);
    }
  });

  it('loads nothing, and forbids itself to', () => {
    const of = exported({ steps: 30 });
    const html = textOf(htmlReport(of));
    assert.match(html, /default-src 'none'; style-src 'unsafe-inline'/);
    const urls = [...html.matchAll(/https?:\/\/[^"'\s<)]+/g)].map(([url]) => url);
    assert.deepEqual([...new Set(urls)], ['http://www.w3.org/2000/svg']);
    assert.doesNotMatch(html, /@import|url\(/);
  });

  it('says what is not there: a run without a step, a failure, a log', () => {
    const of = exported({ steps: 0 }, { layers: [], step: 0 });
    const empty = textOf(htmlReport(of));
    assert.match(empty, /No step was recorded/);
    assert.doesNotMatch(empty, /<svg/);
    const error = { code: 'model-exception', message: 'units is not defined' };
    const failed = textOf(htmlReport({ ...of, view: { ...of.view, state: 'failed', error } }));
    assert.match(failed, /Why it failed.*units is not defined/s);
    const log = textOf(htmlReport({ ...of, view: { ...of.view, origin: 'log' } }));
    assert.doesNotMatch(log, /<dt>Seed/);
  });
});
