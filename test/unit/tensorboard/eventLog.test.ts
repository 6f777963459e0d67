// What we write, read by another library.
import assert from 'node:assert/strict';
import type { Finding } from '../../../src/shared/core/finding';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import { summarize } from '../../../src/shared/core/summary';
import {
  EventLog,
  type EventLogInfo,
  type EventLogOptions,
} from '../../../src/shared/tensorboard/eventLog';
import { randomRecord } from '../protocol/records';
import { decode, type Plain, readEvents } from './schema';

const INFO: EventLogInfo = {
  model: 'models/net|work.model.ts',
  startedAt: 1_767_225_600_500,
  seed: 42,
  backend: 'webgl',
  hyperparameters: { units: 32, activation: 'relu', shuffle: true },
  versions: { gradientLens: '1.2.3' },
};

interface Value {
  event: Plain;
  tag: string;
  tensor: {
    dtype: number;
    tensor_shape?: { dim?: { size: number }[] };
    float_val?: number[];
    tensor_content?: Buffer;
    string_val?: Buffer[];
  };
  metadata?: { data_class: number; plugin_data: { plugin_name: string; content?: Buffer } };
}

function written(options: EventLogOptions = {}) {
  const parts: Uint8Array[] = [];
  const log = new EventLog((bytes) => parts.push(bytes), options);
  log.begin(INFO);
  const file = (): Buffer => Buffer.concat(parts);
  const values = (): Value[] =>
    readEvents(file()).flatMap((event) => {
      const { value = [] } = (event['summary'] ?? {}) as { value?: Omit<Value, 'event'>[] };
      return value.map((one) => ({ event, ...one }));
    });
  const series = (tag: string): [number, number][] =>
    values()
      .filter((value) => value.tag === tag)
      .map(({ event, tensor }) => [Number(event['step'] ?? 0), tensor.float_val?.[0] ?? NaN]);
  return { log, file, values, series };
}

function finding(rule: Finding['rule'], more: Partial<Finding> = {}): Finding {
  return {
    rule,
    severity: 'warning',
    firstStep: 3,
    lastStep: 9,
    evidence: { measured: 1, threshold: 2, unit: 'x', window: 3 },
    message: `It is ${rule}.`,
    remedies: [],
    reference: '',
    ...more,
  };
}

describe('TensorBoard: event log of a run', () => {
  it('begins with its version, what the run is, and its hyperparameters', () => {
    const { file, values } = written();
    const [first] = readEvents(file());
    assert.deepEqual(
      [first?.['wall_time'], first?.['file_version']],
      [1_767_225_600.5, 'brain.Event:2'],
    );
    const text = values().find(({ tag }) => tag === 'run');
    assert.deepEqual([text?.tensor.dtype, text?.metadata?.plugin_data.plugin_name], [7, 'text']);
    assert.match(
      String(text?.tensor.string_val?.[0]),
      /\| Model \| models\/net\\\|work\.model\.ts \|/,
    );
    const start = values().find(({ tag }) => tag === '_hparams_/session_start_info');
    assert.equal(start?.metadata?.plugin_data.plugin_name, 'hparams');
    const data = decode('HParamsPluginData', start.metadata.plugin_data.content!);
    const { hparams } = data['session_start_info'] as { hparams: Record<string, Plain> };
    assert.deepEqual(
      Object.entries(hparams).map(([name, { kind, ...value }]) => [
        name,
        kind,
        ...Object.values(value),
      ]),
      [
        ['seed', 'number_value', 42],
        ['units', 'number_value', 32],
        ['activation', 'string_value', 'relu'],
        ['shuffle', 'bool_value', true],
      ],
    );
  });

  it('has loss, metrics, rate and norms of every step as float32 scalars, with metadata once', () => {
    const { log, values, series } = written();
    const records = Array.from({ length: 20 }, (_, i) => randomRecord(i + 1, 2));
    for (const record of records) log.record(record);
    const expected = (of: (record: StepRecord) => number) =>
      records.map((record) => [record.step, Math.fround(of(record))]);
    assert.deepEqual(
      series('loss'),
      expected(({ loss }) => loss ?? NaN),
    );
    assert.deepEqual(
      series('acc'),
      expected(({ metrics }) => metrics['acc'] ?? NaN),
    );
    assert.deepEqual(
      series('learning_rate'),
      expected(() => 0.01),
    );
    assert.deepEqual(
      series('gradient_norm'),
      expected(({ layers }) =>
        Math.hypot(...Object.values(layers).map(({ gradient }) => gradient.norm)),
      ),
    );
    assert.deepEqual(
      series('gradient_norm/dense_1'),
      expected(({ layers }) => layers['dense_1']!.gradient.norm),
    );
    assert.deepEqual(
      series('weight_norm/dense_0'),
      expected(({ layers }) => layers['dense_0']!.weight.norm),
    );
    assert.deepEqual(
      series('update_ratio/dense_0'),
      expected(({ layers }) => layers['dense_0']!.updateRatio),
    );
    const losses = values().filter(({ tag }) => tag === 'loss');
    assert.deepEqual(
      losses.map(({ metadata }) => metadata?.data_class),
      [1, ...losses.slice(1).map(() => undefined)],
    );
    assert.ok(
      losses.every(({ tensor }) => tensor.dtype === 1 && !tensor.tensor_shape?.dim?.length),
    );
    assert.equal(losses[3]?.event['wall_time'], 1_767_225_600.5 + 4 * 0.05);
  });

  it('has histograms as float64 tensors of shape [k, 3] whose counts are those of the record', () => {
    const { log, values } = written();
    const record = randomRecord(1, 2);
    log.record(record);
    const histograms = values().filter(
      ({ metadata }) => metadata?.plugin_data.plugin_name === 'histograms',
    );
    assert.deepEqual(
      histograms.map(({ tag }) => tag),
      ['gradients/dense_0', 'weights/dense_0', 'gradients/dense_1', 'weights/dense_1'],
    );
    for (const { tensor, metadata } of histograms) {
      assert.deepEqual([tensor.dtype, metadata?.data_class], [2, 2]);
      const rows = tensor.tensor_content!.length / 24;
      assert.deepEqual(
        tensor.tensor_shape?.dim?.map(({ size }) => size),
        [rows, 3],
      );
      let count = 0;
      for (let row = 0; row < rows; row++)
        count += tensor.tensor_content!.readDoubleLE(24 * row + 16);
      assert.equal(count, 650);
    }
  });

  it('counts non-finite elements beside the histogram that cannot hold them', () => {
    const { log, series } = written();
    const record = randomRecord(1, 1);
    record.layers['dense_0']!.gradient = summarize(Float64Array.of(1, NaN, Infinity, 2));
    log.record({ ...record, loss: NaN });
    assert.deepEqual(series('gradient_non_finite/dense_0'), [[1, 2]]);
    assert.deepEqual(series('loss'), [[1, NaN]]);
  });

  it('tells layers, epochs, findings that change, steps that come again, and the end', () => {
    const { log, file, values, series } = written();
    log.layers([
      {
        name: 'dense_0',
        className: 'Dense',
        line: 7,
        tensors: [{ name: 'dense_0/kernel', shape: [4, 5] }],
      },
    ]);
    log.record(randomRecord(1, 1));
    log.epoch({ epoch: 1, step: 1, metrics: { val_loss: 0.5 } });
    const open = finding('vanishing-gradient');
    log.findings([open]);
    log.findings([{ ...open, lastStep: 40, message: 'In other words.' }]);
    log.findings([{ ...open, closedStep: 50 }]);
    log.restart(1);
    log.end('failed', 1_767_225_700_000);
    const texts = (name: string) =>
      values()
        .filter(({ tag }) => tag === name)
        .map(({ tensor }) => String(tensor.string_val?.[0]));
    assert.match(texts('layers')[0] ?? '', /dense\\_0\/kernel \\\[4, 5\\\] \| 7 \|/);
    assert.deepEqual(series('epoch/val_loss'), [[1, 0.5]]);
    assert.equal(texts('findings').length, 3);
    assert.match(texts('findings')[1] ?? '', /closed at step 50/);
    const restart = readEvents(file()).find((event) => event['what'] === 'session_log');
    assert.deepEqual([restart?.['step'], (restart?.['session_log'] as Plain)['status']], [1, 1]);
    const end = values().find(({ tag }) => tag === '_hparams_/session_end_info');
    const info = decode('HParamsPluginData', end!.metadata!.plugin_data.content!)[
      'session_end_info'
    ];
    assert.deepEqual(info, { status: 2, end_time_secs: 1_767_225_700 });
  });

  it('keeps within its bytes, its beginning and what stands out in full', () => {
    const maxBytes = 2 ** 20;
    const { log, file, series } = written({ maxBytes });
    const records = Array.from({ length: 20 }, (_, i) => ({
      ...randomRecord(2 * i + 1, 12),
      tensors: {},
    }));
    const spikes = [7001, 15_003, 29_999];
    for (let step = 1; step <= 30_000; step++) {
      const record = records[step % 20]!;
      log.record({ ...record, step, seconds: step, loss: spikes.includes(step) ? 1000 : 1 });
    }
    assert.ok(file().length <= maxBytes, `${file().length} bytes`);
    assert.ok(file().length > maxBytes / 3);
    assert.equal(log.bytes, file().length);
    const losses = series('loss');
    assert.deepEqual(
      losses.slice(0, 1000).map(([step]) => step),
      Array.from({ length: 1000 }, (_, i) => i + 1),
    );
    for (const spike of spikes)
      assert.ok(losses.some(([step, loss]) => step === spike && loss === 1000));
    const norms = series('gradient_norm/dense_3').map(([step]) => step);
    assert.ok(norms.length < losses.length / 4 && norms.length > 50, `${norms.length} norms`);
    assert.ok(
      norms.some((step) => step > 25_000),
      'the end is there too',
    );
  });

  it('thins the steps of optimizers that take turns alike', () => {
    const { log, series } = written({ maxBytes: 200_000 });
    const [a, b] = [randomRecord(1, 2), randomRecord(1, 2)];
    const renamed = Object.fromEntries(
      Object.entries(b.layers).map(([name, layer]) => [`other_${name}`, layer]),
    );
    for (let step = 1; step <= 4000; step++) {
      const layers = step % 2 === 0 ? a.layers : renamed;
      log.record({ ...a, step, layers, tensors: {} });
    }
    const [of, others] = [
      series('gradient_norm/dense_0').length,
      series('gradient_norm/other_dense_0').length,
    ];
    // They differ by the turns at which the stride doubled between the two.
    assert.ok(of > 20 && Math.abs(of - others) <= 0.25 * of, `${of} and ${others}`);
  });
});
