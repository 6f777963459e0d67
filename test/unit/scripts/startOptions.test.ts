// What `npm start` understands of its command line.
import assert from 'node:assert/strict';
import path from 'node:path';
import { UsageError, readStartOptions } from '../../../scripts/lib/startOptions.mjs';

describe('readStartOptions', () => {
  it('opens the folder of a file from elsewhere', () => {
    const options = readStartOptions([__filename, '--steps', '7']);
    assert.equal(options.file, __filename);
    assert.equal(options.folder, path.dirname(__filename));
    assert.equal(options.steps, 7);
  });

  it('shows no window where it was told not to', () => {
    assert.equal(readStartOptions([__filename, '--headless']).display, false);
  });

  it('takes the VS Code it is given', () => {
    assert.equal(readStartOptions([__filename, '--code', process.execPath]).code, process.execPath);
  });

  for (const [what, args, message] of [
    ['a file that is not there', ['none.model.ts'], /no file .*none\.model\.ts/],
    ['steps that are no number', [__filename, '--steps', 'many'], /whole number from 1, not many/],
    ['no step at all', [__filename, '--steps', '0'], /whole number from 1, not 0/],
    [
      'a VS Code that is not there',
      [__filename, '--code', '/none/code'],
      /no VS Code at \/none\/code/,
    ],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => readStartOptions([...args]),
        (error) => error instanceof UsageError && message.test(error.message),
      );
    });
  }
});
