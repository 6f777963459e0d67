// Faults of loss and data in real nets, trained on the cpu backend with facts and probes, beside their
// healthy twins.
import assert from 'node:assert/strict';
import type * as tfjs from '@tensorflow/tfjs';
import { Diagnosis } from '../../../src/shared/core/diagnosis/engine';
import { overfitting } from '../../../src/shared/core/diagnosis/rules/overfitting';
import type { Finding, RuleId } from '../../../src/shared/core/finding';
import { randomInteger, seededRandom, type Random } from '../../../src/shared/core/random';
import { stepOf } from './facts';
import {
  blobs,
  denseNet,
  heUniform,
  linearTarget,
  tf,
  train,
  type Batch,
  type Trial,
} from './nets';

const SEEDS = [1, 2];
const classes = blobs(8, 4, 32);
const targets = linearTarget(8, 32);
const net = {
  inputs: 8,
  units: 12,
  depth: 2,
  outputs: 4,
  activation: 'relu',
  initializer: heUniform,
  outputActivation: 'softmax',
} as const;

const classifier: Omit<Trial, 'seed'> = {
  steps: 150,
  model: denseNet(net),
  batch: classes,
  optimizer: () => tf.train.adam(0.003),
  loss: 'categoricalCrossentropy',
};
const regression: Omit<Trial, 'seed'> = {
  ...classifier,
  model: denseNet({ ...net, outputs: 1, outputActivation: 'linear' }),
  batch: targets,
  loss: 'meanSquaredError',
};

/** The batch with other inputs or labels. */
function changed(
  batch: (random: Random) => Batch,
  change: (batch: Batch, random: Random) => Partial<Batch>,
): Trial['batch'] {
  return (random) => {
    const before = batch(random);
    const after = tf.tidy(() => change(before, random));
    for (const part of ['xs', 'ys'] as const) if (after[part]) before[part].dispose();
    return { ...before, ...after };
  };
}

interface Case {
  name: string;
  trial: Omit<Trial, 'seed'>;
  rule: RuleId;
  /** Rules that are as true of it. */
  or?: readonly RuleId[];
  remedy: string;
}

const cases: Case[] = [
  {
    name: 'labels that are drawn by lot',
    trial: {
      ...classifier,
      steps: 520,
      batch: changed(classes, (_, random) => ({
        ys: tf.oneHot(
          Array.from({ length: 32 }, () => randomInteger(random, 4)),
          4,
        ),
      })),
    },
    rule: 'loss-plateau',
    remedy: 'check-labels',
  },
  {
    name: 'linear outputs behind a categorical cross-entropy',
    trial: { ...classifier, model: denseNet({ ...net, outputActivation: 'linear' }) },
    rule: 'loss-activation-mismatch',
    remedy: 'change-output',
  },
  {
    name: 'a sigmoid for targets of both signs',
    trial: {
      ...regression,
      model: denseNet({ ...net, outputs: 1, outputActivation: 'sigmoid' }),
    },
    rule: 'loss-activation-mismatch',
    remedy: 'change-output',
  },
  {
    name: 'inputs a thousand times as large, with SGD',
    trial: {
      ...classifier,
      optimizer: () => tf.train.sgd(0.05),
      batch: changed(classes, ({ xs }) => ({ xs: tf.mul(xs, 1000) })),
    },
    rule: 'data-range',
    remedy: 'scale-data',
  },
  {
    name: 'a learning rate at which the loss swings',
    trial: {
      ...regression,
      model: denseNet({
        ...net,
        activation: 'tanh',
        outputs: 1,
        outputActivation: 'linear',
      }),
      optimizer: () => tf.train.adam(1),
    },
    rule: 'loss-oscillation',
    or: ['update-ratio', 'exploding-gradient', 'loss-divergence'],
    remedy: 'lower-learning-rate',
  },
];

const alarms = (findings: readonly Finding[]): Finding[] =>
  findings.filter(({ severity }) => severity !== 'information');

describe('faults of loss and data in real nets', function () {
  this.timeout(60_000);
  for (const { name, trial, rule, or = [], remedy } of cases) {
    for (const seed of SEEDS) {
      it(`${rule}: ${name} (seed ${String(seed)})`, async () => {
        const { findings } = await train({ ...trial, seed });
        const named = alarms(findings).find((finding) => [rule, ...or].includes(finding.rule));
        assert.ok(named, findings.map(({ message }) => message).join('\n'));
        assert.equal(named.remedies[0]?.id, remedy);
      });
    }
  }

  for (const [name, trial] of Object.entries({ classifier, regression })) {
    for (const seed of SEEDS) {
      it(`the healthy ${name} has no alarm (seed ${String(seed)})`, async () => {
        const { findings } = await train({ ...trial, seed });
        assert.deepEqual(
          alarms(findings).map(({ message }) => message),
          [],
        );
      });
    }
  }
});

describe('overfitting of a real net', function () {
  this.timeout(60_000);
  /** Findings of a net trained on `samples` samples of overlapping classes. */
  async function course(
    samples: number,
    epochs: number,
    seed: number,
  ): Promise<readonly Finding[]> {
    await tf.setBackend('cpu');
    let layerSeed = seed * 1000;
    const model = denseNet({ ...net, units: 32 })(() => ++layerSeed);
    model.compile({ optimizer: tf.train.adam(0.02), loss: 'categoricalCrossentropy' });
    const random = seededRandom(seed);
    const training = blobs(8, 4, samples, 3)(random);
    const validation = blobs(8, 4, 256, 3)(random);
    const diagnosis = new Diagnosis([overfitting]);
    diagnosis.observe(stepOf(1, 1.5));
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const loss = Number(await model.trainOnBatch(training.xs, training.ys));
      const result = model.evaluate(validation.xs, validation.ys) as tfjs.Scalar;
      const metrics = { loss, val_loss: result.dataSync()[0] ?? NaN };
      result.dispose();
      diagnosis.observeEpoch({ epoch, step: epoch, metrics });
      diagnosis.observe(stepOf(epoch + 1, loss));
    }
    tf.dispose([training.xs, training.ys, validation.xs, validation.ys]);
    model.dispose();
    return diagnosis.findings;
  }

  for (const seed of SEEDS) {
    it(`24 samples are learnt by heart, 768 are not (seed ${String(seed)})`, async () => {
      const [finding] = await course(24, 40, seed);
      assert.equal(finding?.rule, 'overfitting');
      assert.equal(finding.severity, 'warning');
      assert.deepEqual(alarms(await course(768, 40, seed)), []);
    });
  }
});
