// A hundred layers over a hundred thousand steps through the classes of the host: memory within the
// setting, messages within a size, and no extreme or non-finite value of a single step lost.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { shareMemory } from '../../../src/run/memoryShares';
import { RunHistory, type HistoryDelta } from '../../../src/run/runHistory';
import { THINNED_ROWS } from '../../../src/shared/core/thinning';
import { encodeStepRecords } from '../../../src/shared/protocol/codec';
import { decodeHistograms } from '../../../src/shared/protocol/histogramCodec';
import { RunWriter } from '../../../src/store/runWriter';
import { INITIAL_STATE, reduce, type PanelState } from '../../../webview/panel/state';
import { normMap } from '../../../src/shared/charts/normMap';
import { valuesOf } from '../../../src/shared/charts/columns';
import { LongRun } from '../../webview/panel/longRun';
import { viewOf } from '../../webview/panel/syntheticRun';

const MEGABYTE = 2 ** 20;
const SETTING = 32 * MEGABYTE;
const LAYERS = 100;
const STEPS = 100_000;
/** Records between two updates: 1,000 steps a second at 20 updates. */
const PER_UPDATE = 50;
/** Step events of each kind. */
const EVENTS = 40;

/** Bytes that the process holds after a collection: objects and buffers. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function bytesOf({ curves, histograms, newest }: HistoryDelta): number {
  const columns = [
    curves.step,
    curves.epoch,
    curves.loss,
    curves.learningRate,
    ...Object.values(curves.metrics),
    ...Object.values(curves.gradientNorm),
  ];
  const numbers = columns.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return numbers + histograms.byteLength + newest.byteLength;
}

describe('host: a hundred layers over a hundred thousand steps', function () {
  this.timeout(600_000);
  const run = new LongRun({ layers: LAYERS, seed: 5 });
  run.scatter(STEPS, EVENTS, 17);
  const history = new RunHistory({ bytes: SETTING });
  /** The page of somebody who watched all the time, and that of somebody who looks now. */
  let watched: PanelState = INITIAL_STATE;
  let opened: PanelState = INITIAL_STATE;
  let largestUpdate = 0;
  let wholeUpdates = 0;
  let snapshotBytes = 0;
  let held = 0;
  let mostCounted = 0;

  before(() => {
    const view = viewOf(run.base);
    const first = history.since();
    let { cursor } = first;
    watched = reduce(watched, { type: 'snapshot', view, ...first });
    const empty = heldBytes();
    for (let step = 1; step <= STEPS; step++) {
      history.append(run.record(step));
      if (step % 500 === 0) {
        const metrics = { val_loss: 1 / step };
        history.addEpoch({ epoch: step / 500, step, metrics });
      }
      if (step % PER_UPDATE !== 0) continue;
      mostCounted = Math.max(mostCounted, history.size);
      const delta = history.since(cursor);
      ({ cursor } = delta);
      if (delta.isWhole) wholeUpdates++;
      else largestUpdate = Math.max(largestUpdate, bytesOf(delta));
      watched = reduce(watched, { type: 'update', view, ...delta });
    }
    held = heldBytes() - empty;
    const snapshot = history.since();
    snapshotBytes = bytesOf(snapshot);
    opened = reduce(opened, { type: 'snapshot', view, ...snapshot });
  });

  it('holds no more than the setting says', () => {
    // The page's state is held by this process too: what it has is measured apart and allowed for.
    const page = 2 * 4096 * (LAYERS + 6) * 8 + LAYERS * 160 * 97 * 8;
    assert.ok(mostCounted <= SETTING, `${mostCounted} bytes counted`);
    assert.ok(
      held <= SETTING + page,
      `${(held / MEGABYTE).toFixed(1)} MB held, ${(page / MEGABYTE).toFixed(1)} MB for the page`,
    );
    assert.ok(held > SETTING / 8, 'the measurement sees what is held');
    assert.ok(history.records.length > 100);
  });

  it('sends messages of a bounded size', () => {
    const record = encodeStepRecords([run.record(1)]).byteLength;
    // Rows of all curves, the newest record, and a column per layer and step while the run is young.
    const rows = 8 * PER_UPDATE * (LAYERS + 6);
    const most = rows + 2 * record + 100 * LAYERS * (PER_UPDATE + 1);
    assert.ok(largestUpdate < most, `${largestUpdate} bytes, at most ${most} expected`);
    assert.ok(snapshotBytes < THINNED_ROWS * (LAYERS + 6) * 8 + 2 * MEGABYTE, `${snapshotBytes}`);
    assert.ok(
      wholeUpdates < 100,
      `${wholeUpdates} of ${STEPS / PER_UPDATE} updates sent everything`,
    );
  });

  /** Index range of rows whose window may hold `step`: its own and the two beside it. */
  function around(state: PanelState, step: number): readonly [number, number] {
    const steps = valuesOf(state.curves.step);
    const row = steps.findIndex((at) => at >= step);
    return [Math.max(0, row - 3), row + 4];
  }

  for (const [who, page] of [
    ['watched all the time', () => watched],
    ['opened at the end', () => opened],
  ] as const) {
    it(`shows every event of a single step on a page ${who}`, () => {
      const state = page();
      const { curves, histories, view } = state;
      assert.ok(curves.step.length <= 4096);
      const map = normMap(
        view!.layers.map(({ name }) => name),
        curves,
        320,
      );
      const cellAt = (layer: number, step: number): number => {
        const column = Math.floor(((step - map.firstStep) * map.columns) / STEPS);
        const near = [column - 1, column, column + 1].map(
          (c) => map.cells[layer * map.columns + Math.min(map.columns - 1, Math.max(0, c))]!,
        );
        return near.find(Number.isNaN) ?? Math.max(...near);
      };
      let seen = 0;
      for (const [step, events] of run.events) {
        const [from, to] = around(state, step);
        const losses = [...valuesOf(curves.loss).subarray(from, to)];
        const last = events.findLast(({ kind }) => kind === 'loss');
        for (const event of events) {
          seen++;
          if (event.kind === 'loss') {
            // Two losses for one step: the later one counts.
            if (event !== last) continue;
            const { value } = event;
            if (Number.isNaN(value))
              assert.ok(curves.nonFiniteSteps.includes(step), `NaN at ${step}`);
            else if (value > 0) assert.ok(Math.max(...losses.filter(Number.isFinite)) >= value);
            else assert.ok(Math.min(...losses.filter(Number.isFinite)) <= value);
            continue;
          }
          const name = run.layerNames[event.layer]!;
          const norms = [...valuesOf(curves.gradientNorm[name]!).subarray(from, to)];
          if (event.kind === 'norm') {
            assert.ok(Math.max(...norms) >= event.value, `norm of ${name} at ${step}`);
            const cell = cellAt(event.layer, step);
            assert.ok(Number.isNaN(cell) || cell >= 6, `map cell ${cell} of ${name} at ${step}`);
            continue;
          }
          assert.ok(norms.includes(Infinity), `NaN of ${name} at ${step}`);
          assert.ok(Number.isNaN(cellAt(event.layer, step)), `map cell of ${name} at ${step}`);
          const column = histories
            .get(name)!
            .columns.find(({ firstStep, lastStep }) => firstStep <= step && step <= lastStep);
          assert.ok(column && column.nonFinite > 0, `histogram of ${name} at ${step}`);
        }
      }
      assert.equal(seen, 5 * EVENTS);
      // Nothing is left out of the histograms: every element of every step is counted.
      for (const { columns } of histories.values()) {
        assert.equal(columns[0]?.firstStep, 1);
        assert.equal(columns.at(-1)?.lastStep, STEPS);
        assert.equal(
          columns.reduce((sum, { records }) => sum + records, 0),
          STEPS,
        );
      }
    });
  }

  it('gives way when other runs need the memory', () => {
    const other = new RunHistory({ bytes: SETTING });
    shareMemory([history, other], SETTING);
    assert.ok(history.size <= SETTING / 2, `${history.size} bytes`);
    const columns = decodeHistograms(history.since().histograms).rows[0]?.columns ?? [];
    assert.equal(
      columns.reduce((sum, { records }) => sum + records, 0),
      STEPS,
    );
    assert.equal(history.records.at(-1)?.step, STEPS);
    shareMemory([history], SETTING);
    assert.ok(history.append({ ...run.record(STEPS + 1) }));
  });

  it('bounds what waits for the disk, however fast the steps come', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'gradient-lens-scale-'));
    const bufferBytes = MEGABYTE;
    try {
      const writer = await RunWriter.create(path.join(folder, 'run.glrun'), { bufferBytes });
      let most = 0;
      // Nothing is awaited: no write can finish meanwhile, as with a disk that hangs.
      for (let step = 1; step <= 2000; step++) {
        writer.addRecord(run.record(step));
        most = Math.max(most, writer.waitingBytes);
      }
      // A frame is a little larger than the records in it.
      assert.ok(most <= bufferBytes * 1.01 && most > bufferBytes / 3, `${most} bytes waited`);
      await writer.close();
      assert.equal(writer.waitingBytes, 0);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
