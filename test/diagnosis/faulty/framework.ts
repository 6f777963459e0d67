// Known faults of tfjs that a model meets. Where they do not hurt, an information is asked for.
import { faulty } from '../harness/recipe';
import * as deepNets from '../healthy/deep';
import * as points from '../healthy/points';
import { deep, denseNet } from '../models/dense';

const BUG = 'whose variance tfjs makes 23 % too small (tensorflow/tfjs#8594)';

export const heNormal = faulty('he-normal-20-deep', deepNets.reluTwenty, {
  fault: `heNormal instead of heUniform, ${BUG}`,
  change: {
    model: denseNet({
      inputs: 8,
      hidden: deep(20, 48),
      outputs: 4,
      output: 'softmax',
      initializer: 'heNormal',
    }),
  },
  rule: 'framework-defect',
  harm: 'none',
  quick: true,
});

export const glorotNormal = faulty('glorot-normal-tanh-50-deep', deepNets.tanhOrthogonal, {
  fault: `glorotNormal instead of orthogonal weights, ${BUG}`,
  change: {
    model: denseNet({
      inputs: 8,
      hidden: deep(50, 24),
      outputs: 4,
      output: 'softmax',
      activation: 'tanh',
      initializer: 'glorotNormal',
    }),
  },
  rule: 'framework-defect',
  alternatives: {
    rules: ['vanishing-gradient', 'poor-initialization'],
    because: 'at this depth the missing variance makes gradients vanish',
  },
  harm: 'skill',
});

export const leCunNormal = faulty('lecun-normal-selu-10-deep', points.reluTen, {
  fault: `SELU with leCunNormal weights, ${BUG}`,
  change: {
    model: denseNet({
      inputs: 8,
      hidden: deep(10, 32),
      outputs: 4,
      output: 'softmax',
      activation: 'selu',
      initializer: 'leCunNormal',
    }),
  },
  rule: 'framework-defect',
  harm: 'none',
});
