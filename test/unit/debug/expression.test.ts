// The debugger's expression language: what it computes, and what it says of what it cannot.
import assert from 'node:assert/strict';
import { evaluate, holds } from '../../../src/debug/expression/evaluate';
import { ExpressionError } from '../../../src/debug/expression/expressionError';
import { namesOf } from '../../../src/debug/expression/names';
import { parse } from '../../../src/debug/expression/parse';
import { fill, parseTemplate } from '../../../src/debug/expression/template';
import { textOf } from '../../../src/debug/expression/values';
import { layers, record } from './steps';

const step = { record: record(4), layers };
const names = namesOf(step);
const text = (expression: string): string => textOf(evaluate(expression, names));

function refused(expression: string, of = names): ExpressionError {
  try {
    evaluate(expression, of);
  } catch (error) {
    assert.ok(error instanceof ExpressionError);
    return error;
  }
  throw new Error(`${expression} was computed`);
}

describe('expressions over a step', () => {
  it('compute with the precedences of JavaScript', () => {
    assert.equal(evaluate('1 + 2 * 3 - 4 / 2', names), 5);
    assert.equal(evaluate('-2 ** 2', names), -4);
    assert.equal(evaluate('2 ** 3 ** 2', names), 512);
    assert.equal(evaluate('(1 + 2) * 3 % 5', names), 4);
    assert.equal(evaluate('1e-3 < .5 && !(2 >= 3) || false', names), true);
    assert.equal(evaluate('"a" + "b" == "ab"', names), true);
  });

  it('name the numbers of the step, its layers and their tensors', () => {
    assert.equal(evaluate('step', names), 4);
    assert.equal(evaluate('loss', names), step.record.loss);
    assert.equal(evaluate('lr + learningRate', names), 0.02);
    assert.equal(evaluate('metrics.acc == acc', names), true);
    const dense = step.record.layers['dense_1'];
    assert.equal(evaluate('dense_1.gradient.norm', names), dense?.gradient.norm);
    assert.equal(evaluate('layers["dense_1"].delta.std', names), dense?.activationGradient?.std);
    const kernel = step.record.tensors['dense_1/kernel'];
    assert.equal(evaluate('dense_1.kernel.gradient.norm', names), kernel?.gradient.norm);
    assert.equal(evaluate('dense_1.kernel.mean', names), kernel?.weight.mean);
  });

  it('compute over all layers', () => {
    const norms = layers.map(({ name }) => step.record.layers[name]?.gradient.norm ?? NaN);
    assert.equal(evaluate('max(layers.gradient.norm)', names), Math.max(...norms));
    assert.equal(evaluate('count(layers.gradient.norm > 0)', names), 2);
    assert.equal(evaluate('any(layers.gradient.norm > 1e9)', names), false);
    assert.equal(evaluate('all(isFinite(layers.updateRatio))', names), true);
    assert.equal(evaluate('mean(1, 2, 6)', names), 3);
    assert.match(text('histogram(dense_0.gradient)'), /^−\|.+\|.+\|\+ {2}2\^-?\d+ … 2\^-?\d+$/);
  });

  it('find no condition met by a number that is not there', () => {
    const odd = namesOf({ record: record(3), layers });
    assert.equal(evaluate('dense_1.activation.norm', odd), undefined);
    for (const operator of ['<', '>', '<=', '>=', '==', '!=']) {
      assert.equal(holds(parse(`dense_1.activation.norm ${operator} 1`), odd), false);
    }
    assert.equal(evaluate('max(dense_1.activation.norm)', odd), undefined);
  });

  it('mean the stopped layer by bare names, and know no more than the walk has reached', () => {
    const reach = (_layer: string, part: string): boolean => part === 'activation';
    const stopped = namesOf(step, { layer: 'dense_1', phase: 'forward', reach });
    assert.equal(evaluate('layer', stopped), 'dense_1');
    assert.equal(evaluate('gradient.norm', stopped), undefined);
    assert.equal(evaluate('dense_0.kernel.gradient.norm', stopped), undefined);
    assert.equal(
      evaluate('activation.norm', stopped),
      step.record.layers['dense_1']?.activation?.norm,
    );
  });

  it('are refused with what there is instead, and where', () => {
    const unknown = refused('1 + dense_2.gradient');
    assert.deepEqual([unknown.code, unknown.position], ['unknown-name', 4]);
    assert.match(unknown.message, /Did you mean `dense_\d`\?/);
    assert.match(
      refused('dense_1.gradiant').message,
      /layer dense_1 has no `gradiant`.*`gradient`/,
    );
    assert.match(refused('loss = 3').message, /compare with `==`/);
    assert.match(refused('maxx(1)').message, /no function `maxx`. Did you mean `max`/);
    assert.match(refused('dense_1.gradient < 1').message, /Name one of its numbers: norm/);
    assert.match(refused('(layers.updateRatio > 0) && 1').message, /any\(…\) or all\(…\)/);
    assert.match(refused('1 +').message, /ends where/);
    assert.equal(refused('"open').code, 'syntax');
    assert.equal(refused('('.repeat(400)).code, 'too-large');
    assert.equal(refused('1+'.repeat(600)).code, 'too-large');
  });

  it('reach nothing of the program around them', () => {
    for (const attempt of ['constructor', 'process', '__proto__', 'layers.constructor']) {
      assert.equal(refused(attempt).code, 'unknown-name');
    }
    assert.equal(refused('toString()').code, 'unknown-name');
    assert.equal(refused('metrics["__proto__"]').code, 'unknown-name');
  });

  it('stand in log messages', () => {
    const filled = (message: string): string =>
      fill(parseTemplate(message), namesOf(step, { layer: 'dense_0' }));
    assert.equal(filled('log "{layer} at {step}"'), 'dense_0 at 4');
    assert.equal(filled('{step * 2} of {1/3}, {}'), '8 of 0.3333, {}');
    assert.throws(() => parseTemplate('{1 +}'), ExpressionError);
  });
});
