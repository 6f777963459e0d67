// What `gradient-lens` is outside Gradient Lens: every reader says where it works. While Gradient
// Lens trains a module, this file is replaced by the readers themselves.
/* global exports */
'use strict';

/**
 * @param {string} name
 * @returns {(...args: unknown[]) => never}
 */
function outside(name) {
  return () => {
    throw new Error(
      `gradient-lens: \`${name}\` reads data only while Gradient Lens trains this module, and this ` +
        'is an ordinary process. Run `npx gradient-lens train FILE`, or open the file in VS Code and ' +
        'choose “Train with Gradient Lens” (context menu of the editor or the Explorer).',
    );
  };
}

class DataError extends Error {
  /**
   * @param {'missing-file' | 'data-format' | 'data-option'} code
   * @param {string} file
   * @param {string} message
   */
  constructor(code, file, message) {
    super(message);
    this.name = 'DataError';
    this.code = code;
    this.file = file;
  }
}

exports.mnist = outside('mnist');
exports.cifar10 = outside('cifar10');
exports.images = outside('images');
exports.csv = outside('csv');
exports.npy = outside('npy');
exports.npz = outside('npz');
exports.synthetic = {
  blobs: outside('synthetic.blobs'),
  spirals: outside('synthetic.spirals'),
  circles: outside('synthetic.circles'),
  xor: outside('synthetic.xor'),
  linear: outside('synthetic.linear'),
  sine: outside('synthetic.sine'),
};
exports.DataError = DataError;
