// The page's state is a function of the messages: snapshot, updates, a snapshot in between, another
// run, and numbers that JSON cannot carry.
import assert from 'node:assert/strict';
import type { Curves, RunView, ToPanel } from '../../../src/shared/protocol/panel';
import { ProtocolError } from '../../../src/shared/protocol/protocolError';
import { valuesOf } from '../../../src/shared/charts/columns';
import { parseSettings } from '../../../webview/panel/settings';
import { INITIAL_STATE, type StateMessage, reduce } from '../../../webview/panel/state';
import { transferables } from '../../../webview/panel/workerHost';
import { WorkerScript } from '../../../webview/panel/workerScript';
import { evidenceWords } from '../../../webview/panel/views/findingsView';
import {
  formatCount,
  formatRatio,
  formatShare,
  formatShort,
  formatValue,
} from '../../../src/shared/charts/format';
import {
  lookedAt,
  NO_STEPS,
  snapshotOf,
  syntheticRun,
  updateOf,
  vanishingFinding,
  viewOf,
} from '../../webview/panel/syntheticRun';

const run = syntheticRun({ layers: 3, steps: 60 });
const state = (...messages: ToPanel[]) =>
  messages.reduce((before, message) => reduce(before, message as StateMessage), INITIAL_STATE);
const first = { ...run, records: run.records.slice(0, 20) };

describe('panel: state', () => {
  it('is the same by one snapshot as by a snapshot and updates', () => {
    const whole = state(snapshotOf(run));
    const parts = state(snapshotOf(first), updateOf(run, 20, 45), updateOf(run, 45, 60));
    assert.deepEqual([...valuesOf(parts.curves.loss)], [...valuesOf(whole.curves.loss)]);
    assert.deepEqual(parts.histories, whole.histories);
    assert.deepEqual(parts.current, run.records.at(-1));
    assert.deepEqual(parts.range, whole.range);
    assert.deepEqual(parts.view, whole.view);
  });

  it('is replaced by a snapshot in the middle', () => {
    const again = state(snapshotOf(first), updateOf(run, 20, 60), snapshotOf(first));
    assert.deepEqual(again.histories, state(snapshotOf(first)).histories);
    assert.equal(again.current?.step, 20);
  });

  it('shows the record at the cursor while there is one, and the newest after it', () => {
    const looked = state(snapshotOf(run), lookedAt(run, { step: 7 }));
    assert.deepEqual([looked.current?.step, looked.newest?.step], [7, 60]);
    const later = reduce(state(lookedAt(first, { step: 7 })), {
      ...(updateOf(run, 20, 45, { cursor: { step: 7 } }) as StateMessage),
    });
    assert.deepEqual([later.current?.step, later.newest?.step], [7, 45]);
    const live = reduce(later, updateOf(run, 45, 60) as StateMessage);
    assert.equal(live.current?.step, 60);
    assert.equal(live.view?.cursor, undefined);
  });

  it('leaves older versions as they were', () => {
    const before = state(snapshotOf(first));
    const losses = [...valuesOf(before.curves.loss)];
    const columns = before.histories.get(run.layers[0]!.name)!.columns.length;
    reduce(before, updateOf(run, 20, 60) as StateMessage);
    assert.deepEqual([...valuesOf(before.curves.loss)], losses);
    assert.equal(before.histories.get(run.layers[0]!.name)!.columns.length, columns);
  });

  it('passes over updates before the snapshot and of another run', () => {
    assert.equal(state(updateOf(run, 0, 10)), INITIAL_STATE);
    const before = state(snapshotOf(first));
    assert.equal(reduce(before, updateOf(run, 20, 30, { id: 'other' }) as StateMessage), before);
  });

  it('knows a page without a run', () => {
    const none = state({ type: 'snapshot', view: undefined, ...NO_STEPS });
    assert.equal(none.known, true);
    assert.equal(none.view, undefined);
  });

  it('reads null as NaN where numbers may be non-finite', () => {
    const finding = vanishingFinding(run);
    const view = viewOf(run, {
      findings: [{ ...finding, evidence: { ...finding.evidence, measured: Infinity } }],
    });
    const carried = JSON.parse(JSON.stringify(view)) as RunView;
    const epochs = JSON.parse(
      JSON.stringify([{ epoch: 1, step: 2, metrics: { val_loss: NaN } }]),
    ) as Curves['epochs'];
    const { curves, ...others } = snapshotOf(first);
    const { view: shown, curves: table } = state({
      ...others,
      view: carried,
      curves: { ...curves, epochs },
    });
    assert.ok(Number.isNaN(shown?.findings[0]?.evidence.measured));
    assert.ok(Number.isNaN(table.epochs[0]?.metrics['val_loss']));
  });

  it('keeps the lists of the view that an update leaves out', () => {
    const { layers, findings, notices, ...rest } = viewOf(run, { state: 'paused', notices: [] });
    assert.deepEqual([findings, notices], [[], []]);
    const update = { ...updateOf(run, 20, 30), view: rest } as StateMessage;
    const after = reduce(state(snapshotOf(first)), update);
    assert.equal(after.view?.state, 'paused');
    assert.deepEqual(after.view.layers, layers);
  });

  it('takes an update that replaces all as it would a snapshot', () => {
    const { curves, histograms, newest } = snapshotOf(run);
    const before = state(snapshotOf(first));
    const update = { type: 'update', view: viewOf(run), isWhole: true } as const;
    const after = reduce(before, { ...update, curves, histograms, newest });
    const whole = state(snapshotOf(run));
    assert.deepEqual([...valuesOf(after.curves.loss)], [...valuesOf(whole.curves.loss)]);
    assert.deepEqual(after.histories, whole.histories);
  });

  it('refuses malformed bytes', () => {
    for (const part of ['newest', 'histograms'] as const) {
      const whole = snapshotOf(run)[part];
      for (const bytes of [new ArrayBuffer(7), whole.slice(0, -1), whole.slice(1)]) {
        const broken = { ...snapshotOf(run), [part]: bytes };
        assert.throws(() => reduce(INITIAL_STATE, broken), ProtocolError);
      }
    }
  });
});

describe('panel: settings', () => {
  it('survive whatever was stored', () => {
    const fallback = parseSettings(undefined);
    for (const stored of [
      null,
      7,
      'x',
      [],
      { smoothing: 1, logScale: 'yes', runId: 3, curve: 0 },
    ]) {
      assert.deepEqual(parseSettings(stored), fallback);
    }
    const chosen = { ...fallback, runId: 'r', logScale: true, smoothing: 0.9, selectedLayer: 'd' };
    assert.deepEqual(parseSettings(JSON.parse(JSON.stringify(chosen))), chosen);
  });
});

describe('panel: worker script', () => {
  it('names the number of lines before the bundle', async () => {
    for (const runtime of ['one', 'one\ntwo', 'one\ntwo\n', 'é\n']) {
      const script = new WorkerScript(`data:text/javascript,${encodeURIComponent(runtime)}`);
      const lines = (await (await script.with('first();\nsecond();')).text()).split('\n');
      const named = /= (\d+);$/.exec(lines[0] ?? '')?.[1];
      assert.equal(lines[Number(named)], 'first();');
      assert.ok(lines.join('\n').includes(`\n${runtime}\n`));
    }
  });

  it('moves buffers instead of copying them', () => {
    const batch = new ArrayBuffer(8);
    assert.deepEqual(transferables({ type: 'steps', batch, memory: {} }), [batch]);
    const bytes = new Uint8Array(batch);
    assert.deepEqual(transferables({ a: batch, b: bytes, c: new Uint8Array(batch) }), [batch]);
    assert.deepEqual(transferables({ type: 'hello' }), []);
  });
});

describe('panel: numbers in words', () => {
  it('are short and never hide what matters', () => {
    const cases: [number, string][] = [
      [0, '0'],
      [0.2134, '0.213'],
      [31.42, '31.4'],
      [1234.5, '1,235'],
      [12, '12'],
      [-0.5, '−0.500'],
      [1.24e-6, '1.24e-6'],
      [-3e8, '−3.00e8'],
      [NaN, 'NaN'],
      [-Infinity, '−∞'],
    ];
    for (const [value, text] of cases) assert.equal(formatValue(value), text);
    assert.equal(formatCount(1234567), '1,234,567');
    assert.deepEqual([999, 1200, 18_496, 999_999, 3.4e6, 2e9].map(formatShort), [
      '999',
      '1.2k',
      '18k',
      '1.0M',
      '3.4M',
      '2.0G',
    ]);
    assert.deepEqual([0, 1e-5, 0.031, 0.5, 0.9999, 1].map(formatShare), [
      '0%',
      '<0.1%',
      '3.1%',
      '50%',
      '>99.9%',
      '100%',
    ]);
    assert.deepEqual([0.0012, 0, 0.5].map(formatRatio), ['1.2e-3', '0', '0.50']);
  });

  it('state the evidence of a finding with its numbers and span', () => {
    const finding = {
      ...vanishingFinding(run),
      evidence: { measured: 2.1e-9, threshold: 1e-7, unit: 'mean |gradient|', window: 50 },
    };
    assert.equal(
      evidenceWords(finding),
      'mean |gradient| 2.10e-9, threshold 1e-7, over 50 steps · since step 24',
    );
    assert.match(evidenceWords({ ...finding, closedStep: 60 }), /steps 24–60, no longer holds$/);
  });
});
