// Nets that learn their samples by heart.
import { faulty } from '../harness/recipe';
import * as real from '../healthy/real';
import { images } from '../tasks/images';
import { blobs, smooth, table } from '../tasks/points';
import { series, waves } from '../tasks/series';
import { mnist } from '../tasks/real';
import * as imagesNets from '../healthy/images';
import * as sequences from '../healthy/sequences';
import * as labelsNets from '../healthy/labels';

export const fewSamples = faulty('few-samples', labelsNets.overlapping, {
  fault: '48 samples instead of 4096, for as many steps',
  change: { data: table(blobs(8, 4, 2.5), 48, 512), epochs: 700 },
  rule: 'overfitting',
  harm: 'generalization',
  quick: true,
});

export const fewTargets = faulty('few-noisy-targets', labelsNets.noisyTargets, {
  fault: '32 samples instead of 4096, for as many steps',
  change: { data: table(smooth(0.8), 32, 512), epochs: 1200 },
  rule: 'overfitting',
  harm: 'generalization',
});

export const fewSequences = faulty('lstm-24-noisy-waves', sequences.lstm, {
  fault: '24 noisy waves instead of 512 clearer ones, for as many steps',
  change: { data: series(waves(12, 1.5), 24, 128), epochs: 190 },
  rule: 'overfitting',
  harm: 'generalization',
});

export const fewDigits = faulty('mnist-60-digits', real.mnistDense, {
  fault: '60 digits instead of 2000, for as many steps',
  change: { data: mnist({ train: 60, validation: 500, flatten: true }), epochs: 250 },
  rule: 'overfitting',
  harm: 'generalization',
});

export const fewImages = faulty('cnn-24-noisy-images', imagesNets.conv, {
  fault: '24 noisy images instead of 768 clearer ones, for as many steps',
  change: { data: images(24, 256, { noise: 1.2 }), epochs: 290 },
  rule: 'overfitting',
  harm: 'generalization',
});
