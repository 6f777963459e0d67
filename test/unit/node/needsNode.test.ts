// Which failures of a program in a worker send it to Node, by the codes that the runtime really gives.
import assert from 'node:assert/strict';
import { needsNode } from '../../../src/sources/needsNode';
import { toRawError } from '../../../webview/runtime/failure';

const failure = (thrown: unknown): boolean => needsNode(toRawError(thrown));

describe('a program that failed in a worker', () => {
  // Frames are told by the address of the worker's script.
  before(() =>
    Object.defineProperty(globalThis, 'self', {
      value: { location: { href: 'blob:a' } },
      configurable: true,
    }),
  );
  after(() => Reflect.deleteProperty(globalThis, 'self'));

  for (const name of ['process', 'Buffer', 'require', 'setImmediate', '__dirname', '__filename']) {
    it(`goes to Node for want of ${name}`, () => {
      assert.equal(failure(new ReferenceError(`${name} is not defined`)), true);
    });
  }

  it('goes there for a require that the bundler could not resolve, and for an import of Node’s', () => {
    assert.equal(failure(new Error('Dynamic require of "fs" is not supported')), true);
    assert.equal(needsNode({ code: 'needs-node', message: "imports 'fs'" }), true);
  });

  it('stays for what Node lacks as well, and for its own mistakes', () => {
    for (const name of ['document', 'window', 'xs']) {
      assert.equal(failure(new ReferenceError(`${name} is not defined`)), false);
    }
    assert.equal(needsNode({ code: 'bundle-failed', message: 'process is not defined' }), false);
  });
});
