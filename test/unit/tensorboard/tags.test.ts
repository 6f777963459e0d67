// What the tags of the usual frameworks and habits mean.
import assert from 'node:assert/strict';
import { histogramRole, scalarRole } from '../../../src/shared/tensorboard/tagRoles';

/** Tag, folder below the run's, and its meaning in short. */
const SCALARS: [tag: string, folder: string, meaning: string][] = [
  // Keras
  ['epoch_loss', 'train', 'loss 2 by epoch'],
  ['epoch_loss', 'validation', 'val_loss by epoch'],
  ['epoch_accuracy', 'train', 'accuracy by epoch'],
  ['epoch_accuracy', 'validation', 'val_accuracy by epoch'],
  ['epoch_learning_rate', 'train', 'learning-rate by epoch'],
  ['batch_loss', 'train', 'loss 0'],
  ['batch_accuracy', 'train', 'accuracy'],
  ['evaluation_loss_vs_iterations', 'validation', 'ignored'],
  // PyTorch
  ['Loss/train', '', 'loss 0'],
  ['Loss/validation', '', 'val_loss'],
  ['Accuracy/test', '', 'val_accuracy'],
  ['Accuracy', 'Accuracy_train', 'accuracy'],
  ['Accuracy', 'Accuracy_valid', 'val_accuracy'],
  ['training loss', '', 'loss 0'],
  // Lightning
  ['train_loss', '', 'loss 0'],
  ['train_loss_step', '', 'loss 1'],
  ['train_loss_epoch', '', 'loss 2'],
  ['val_loss', '', 'val_loss'],
  ['lr-SGD', '', 'learning-rate'],
  ['lr-AdamW/pg1', '', 'learning-rate'],
  ['grad_2.0_norm/fc1.weight', '', 'gradient-norm of fc1'],
  ['grad_2.0_norm_total', '', 'total-gradient-norm'],
  ['grad_inf_norm/fc1.weight', '', 'grad_inf_norm/fc1.weight'],
  ['hp_metric', '', 'ignored'],
  ['epoch', '', 'epoch'],
  // Hugging Face
  ['train/loss', '', 'loss 0'],
  ['eval/loss', '', 'val_loss'],
  ['train/grad_norm', '', 'total-gradient-norm'],
  ['train/learning_rate', '', 'learning-rate'],
  ['train/epoch', '', 'epoch'],
  ['eval/accuracy', '', 'val_accuracy'],
  // TensorFlow 1, Object Detection, others
  ['loss', '', 'loss 0'],
  ['loss_1', '', 'loss 1'],
  ['Loss/total_loss', '', 'loss 1'],
  ['Loss/classification_loss', '', 'loss 4'],
  ['d_loss', '', 'loss 4'],
  ['nll_loss', '', 'loss 3'],
  ['cross_entropy', '', 'loss 3'],
  ['global_norm/gradient_norm', '', 'total-gradient-norm'],
  ['total_grad_norm', '', 'total-gradient-norm'],
  ['reward/mean', '', 'reward/mean'],
  ['latest_value', '', 'latest_value'],
  ['evaluate_me', '', 'evaluate_me'],
  // Our own
  ['gradient_norm', '', 'total-gradient-norm'],
  ['gradient_norm/dense_1', '', 'gradient-norm of dense_1'],
  ['weight_norm/dense_1', '', 'weight-norm of dense_1'],
  ['update_ratio/dense_1', '', 'update-ratio of dense_1'],
  ['gradient_non_finite/dense_1', '', 'non-finite of dense_1'],
  ['epoch/val_loss', '', 'val_loss'],
];

const HISTOGRAMS: [tag: string, meaning: string | undefined][] = [
  ['gradients/sequential/dense/kernel', 'gradient of sequential/dense, matrix'],
  ['gradients/dense/kernel:0', 'gradient of dense, matrix'],
  ['dense_1/kernel_0_grad', 'gradient of dense_1, matrix'],
  ['dense_1/kernel_0', 'weight of dense_1, matrix'],
  ['dense_1/bias_0', 'weight of dense_1, vector'],
  ['sequential/output/kernel/histogram', 'weight of sequential/output, matrix'],
  ['bn/moving_mean_0', undefined],
  ['dense_1_out', 'activation of dense_1'],
  ['layers.0.weight.grad', 'gradient of layers.0, matrix'],
  ['layers.0.bias', 'weight of layers.0, vector'],
  ['fc1.weight_grad', 'gradient of fc1, matrix'],
  ['fc1.weight/grad', 'gradient of fc1, matrix'],
  ['grad/layer1.0.conv1.weight', 'gradient of layer1.0.conv1, matrix'],
  ['gradients/lstm.weight_ih_l0', 'gradient of lstm, matrix'],
  ['Gradients/dense', 'gradient of dense'],
  ['train/gradients/dense/kernel', 'gradient of dense, matrix'],
  ['dense/kernel/gradients', 'gradient of dense, matrix'],
  ['grads/params/Dense_0/kernel', 'gradient of Dense_0, matrix'],
  ['params/Dense_0/kernel', 'weight of Dense_0, matrix'],
  ['weights/dense_1', 'weight of dense_1'],
  ['embedding/embeddings_0', 'weight of embedding, matrix'],
  ['activations/conv', 'activation of conv'],
  ['bn.running_mean', undefined],
  ['latent', undefined],
  ['images/reconstruction', undefined],
];

function scalarMeaning(tag: string, folder: string): string {
  const role = scalarRole(tag, folder);
  const by = 'axis' in role && role.axis === 'epoch' ? ' by epoch' : '';
  if (role.is === 'loss') return `loss ${role.rank}${by}`;
  if (role.is === 'metric') return role.name + by;
  return 'layer' in role ? `${role.is} of ${role.layer}` : role.is + by;
}

function histogramMeaning(tag: string): string | undefined {
  const role = histogramRole(tag);
  return role && `${role.is} of ${role.layer}${role.rank === undefined ? '' : `, ${role.rank}`}`;
}

describe('TensorBoard: tags', () => {
  for (const [tag, folder, meaning] of SCALARS) {
    it(`${folder === '' ? tag : `${tag} in ${folder}`} is ${meaning}`, () => {
      assert.equal(scalarMeaning(tag, folder), meaning);
    });
  }
  for (const [tag, meaning] of HISTOGRAMS) {
    it(`${tag} is ${meaning ?? 'nothing known'}`, () => {
      assert.equal(histogramMeaning(tag), meaning);
    });
  }

  it('name a tensor alike, whether its gradient or its weight is logged', () => {
    const pairs = [
      ['layers.0.weight.grad', 'layers.0.weight'],
      ['gradients/sequential/dense/kernel', 'sequential/dense/kernel/histogram'],
      ['dense_1/kernel_0_grad', 'dense_1/kernel_0'],
      ['grads/params/Dense_0/kernel', 'params/Dense_0/kernel'],
      ['gradients/dense_1', 'weights/dense_1'],
    ] as const;
    for (const [gradient, weight] of pairs) {
      assert.equal(histogramRole(gradient)?.tensor, histogramRole(weight)?.tensor, gradient);
      assert.equal(histogramRole(gradient)?.layer, histogramRole(weight)?.layer, gradient);
    }
    assert.equal(scalarRole('grad_2.0_norm/fc1.weight').is, 'gradient-norm');
  });
});
