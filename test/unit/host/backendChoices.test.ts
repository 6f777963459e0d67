// What was measured on this machine is remembered by model, for a while, and not without end.
import assert from 'node:assert/strict';
import type { Memento } from 'vscode';
import { BackendChoices } from '../../../src/platform/backendChoices';

const DAY = 24 * 3600 * 1000;

/** A memory that stores what VS Code's would: copies that went through JSON. */
function memory(): Pick<Memento, 'get' | 'update'> & { size(): number } {
  let text = '{}';
  const read = (): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;
  return {
    get: <T>(key: string, other?: T) => (read()[key] ?? other) as T,
    update: (key: string, value: unknown) => {
      text = JSON.stringify({ ...read(), [key]: value });
      return Promise.resolve();
    },
    size: () => Object.keys(read()['backendChoices'] ?? {}).length,
  };
}

const model = (name: string) => ({ toString: () => `file:///${name}` });

describe('remembered choices of the backend', () => {
  it('gives the reason back for that model, also to another window', () => {
    const shared = memory();
    const reason = 'WebAssembly trains: …';
    new BackendChoices(shared).note(model('a'), { backend: 'wasm', reason, lasting: true });
    assert.deepEqual(new BackendChoices(shared).of(model('a')), { measured: reason });
    assert.deepEqual(new BackendChoices(shared).of(model('b')), {});
  });

  it('keeps only what lasts', () => {
    const choices = new BackendChoices(memory());
    choices.note(model('a'), { backend: 'webgl', reason: 'faster' });
    choices.note(model('a'), { backend: 'wasm', lasting: true });
    assert.deepEqual(choices.of(model('a')), {});
  });

  it('forgets after a week', () => {
    let now = 0;
    const choices = new BackendChoices(memory(), () => now);
    choices.note(model('a'), { backend: 'wasm', reason: 'r', lasting: true });
    now = 6 * DAY;
    assert.deepEqual(choices.of(model('a')), { measured: 'r' });
    now = 8 * DAY;
    assert.deepEqual(choices.of(model('a')), {});
  });

  it('keeps the newest where there are many', () => {
    let now = 0;
    const kept = memory();
    const choices = new BackendChoices(kept, () => now);
    for (; now < 300; now++) {
      choices.note(model(String(now)), { backend: 'wasm', reason: 'r', lasting: true });
    }
    assert.equal(kept.size(), 200);
    assert.deepEqual(choices.of(model('299')), { measured: 'r' });
    assert.deepEqual(choices.of(model('0')), {});
  });
});
