// Overfitting on simulated validation losses, many seeds each.
import assert from 'node:assert/strict';
import { Diagnosis } from '../../../src/shared/core/diagnosis/engine';
import { overfitting } from '../../../src/shared/core/diagnosis/rules/overfitting';
import type { Finding } from '../../../src/shared/core/finding';
import { randomNormal, seededRandom, type Random } from '../../../src/shared/core/random';
import { factsOf, stepOf } from './facts';

/** Numbers of an epoch, from 1. */
type Curve = (epoch: number) => number;
interface Course {
  epochs: number;
  validation: Curve;
  training: Curve;
  accuracy?: Curve;
}

const SEEDS = 100;
const fall = (epoch: number, time: number): number => Math.exp(-epoch / time);

/** The gravest finding that ever stood, and the epoch after which it did. */
function gravestOf({ epochs, validation, training, accuracy }: Course) {
  const diagnosis = new Diagnosis([overfitting]);
  diagnosis.setFacts([factsOf()]);
  diagnosis.observe(stepOf(1, 1));
  let gravest: { finding: Finding; epoch: number } | undefined;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const metrics = {
      loss: training(epoch),
      val_loss: validation(epoch),
      ...(accuracy && { val_acc: accuracy(epoch) }),
    };
    diagnosis.observeEpoch({ epoch, step: epoch * 10, metrics });
    diagnosis.observe(stepOf(epoch * 10 + 1, training(epoch)));
    const finding = diagnosis.findings.at(-1);
    if (finding && (!gravest || finding.severity !== gravest.finding.severity)) {
      if (gravest?.finding.severity !== 'warning') gravest = { finding, epoch };
    }
  }
  return gravest;
}

const healthy: Record<string, (random: Random) => Course> = {
  'noise of 5 %': (random) => ({
    epochs: 60,
    validation: (epoch) => (0.3 + fall(epoch, 5)) * (1 + 0.05 * randomNormal(random)),
    training: (epoch) => 0.2 + fall(epoch, 5),
  }),
  'noise of 30 %': (random) => ({
    epochs: 60,
    validation: (epoch) => (0.3 + fall(epoch, 5)) * (1 + 0.3 * randomNormal(random)),
    training: (epoch) => 0.2 * fall(epoch, 50) + fall(epoch, 5),
  }),
  'a level that wanders, at the end of learning': (random) => {
    let walk = 0;
    return {
      epochs: 150,
      validation: (epoch) => {
        walk = 0.8 * walk + 0.03 * randomNormal(random);
        return 0.5 + 0.9 * fall(epoch, 5) + walk;
      },
      training: (epoch) => 0.4 + fall(epoch, 5) + 0.005 * randomNormal(random),
    };
  },
  'single bad epochs': (random) => ({
    epochs: 80,
    validation: (epoch) => 0.3 + fall(epoch, 5) + (random() < 0.1 ? 0.5 * random() : 0),
    training: (epoch) => 0.1 * fall(epoch, 40) + fall(epoch, 5),
  }),
  'a rise that costs next to nothing': (random) => ({
    epochs: 40,
    validation: (epoch) => 0.06 + fall(epoch, 2) + 0.001 * epoch + 0.004 * randomNormal(random),
    training: (epoch) => 0.2 * fall(epoch, 6),
  }),
  'a gap that does not grow': (random) => ({
    epochs: 60,
    validation: (epoch) => 0.8 + 0.6 * fall(epoch, 6) + 0.02 * randomNormal(random),
    training: (epoch) => 1.4 * fall(epoch, 10),
  }),
};

const faulty: Record<string, (random: Random) => Course> = {
  'a rise that undoes the learning': (random) => ({
    epochs: 60,
    validation: (epoch) =>
      0.7 + 0.7 * fall(epoch, 5) + 0.025 * Math.max(0, epoch - 10) + 0.03 * randomNormal(random),
    training: (epoch) => 1.4 * fall(epoch, 15),
  }),
  'never better than a constant answer': (random) => ({
    epochs: 30,
    validation: (epoch) => 1.3 + 0.05 * epoch + 0.05 * randomNormal(random),
    training: (epoch) => 1.4 * fall(epoch, 15),
  }),
  'a slow rise, and the accuracy falls': (random) => ({
    epochs: 60,
    validation: (epoch) =>
      0.5 + 0.9 * fall(epoch, 5) + 0.006 * Math.max(0, epoch - 12) + 0.01 * randomNormal(random),
    training: (epoch) => 1.4 * fall(epoch, 15),
    accuracy: (epoch) => 0.85 - 0.4 * fall(epoch, 5) - 0.002 * Math.max(0, epoch - 12),
  }),
};

describe('overfitting', function () {
  this.timeout(60_000);
  for (const [name, make] of Object.entries(healthy)) {
    it(`${name}: no warning on ${String(SEEDS)} seeds`, () => {
      for (let seed = 1; seed <= SEEDS; seed++) {
        const { severity, message } = gravestOf(make(seededRandom(seed)))?.finding ?? {};
        // A level that wanders far enough, while training goes on, is worth knowing.
        if (!name.includes('wanders')) assert.equal(message, undefined);
        assert.notEqual(severity, 'warning');
      }
    });
  }

  for (const [name, make] of Object.entries(faulty)) {
    it(`${name}: a warning on 95 % of ${String(SEEDS)} seeds`, () => {
      let named = 0;
      for (let seed = 1; seed <= SEEDS; seed++) {
        const gravest = gravestOf(make(seededRandom(seed)));
        if (gravest?.finding.severity !== 'warning') continue;
        named++;
        assert.ok(gravest.epoch > 6, `epoch ${String(gravest.epoch)}`);
        assert.match(
          gravest.finding.message,
          /^Since epoch \d+ the validation loss has risen from/,
        );
        assert.equal(gravest.finding.remedies[0]?.id, 'early-stopping');
        assert.ok(gravest.finding.firstStep < gravest.epoch * 10, 'dated back to the best epoch');
      }
      assert.ok(named >= 0.95 * SEEDS, String(named));
    });
  }

  it('is silent without validation, and in the first epochs', () => {
    const course = faulty['never better than a constant answer']?.(seededRandom(1));
    assert.ok(course);
    assert.equal(gravestOf({ ...course, epochs: 5 }), undefined);
    assert.equal(gravestOf({ ...course, validation: () => NaN }), undefined);
  });

  it('closes when the validation loss comes back', () => {
    const diagnosis = new Diagnosis([overfitting]);
    diagnosis.observe(stepOf(1, 1));
    for (let epoch = 1; epoch <= 30; epoch++) {
      const rise = epoch < 15 ? 0.1 * epoch : 0.05 * (30 - epoch);
      diagnosis.observeEpoch({
        epoch,
        step: epoch * 10,
        metrics: { loss: fall(epoch, 5), val_loss: 1 + rise },
      });
      diagnosis.observe(stepOf(epoch * 10 + 1, 1));
    }
    assert.equal(diagnosis.findings.length, 1);
    assert.ok((diagnosis.findings[0]?.closedStep ?? 0) > 150);
  });
});
