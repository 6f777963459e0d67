// A program that needs Node, takes a few seconds, and notes how it ended.
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';

const STEPS = 600;
const w = tf.variable(tf.tensor1d([3, -2, 1]), true, 'w');
const optimizer = tf.train.sgd(0.01);
let steps = 0;
process.on('exit', (code) => {
  const file = fileURLToPath(import.meta.url).replace('.mjs', '.json');
  writeFileSync(file, JSON.stringify({ code, steps }));
});
const timer = setInterval(() => {
  optimizer.minimize(() => w.square().sum());
  process.stdout.write(`step ${++steps}\n`);
  if (steps === STEPS) clearInterval(timer);
}, 20);
