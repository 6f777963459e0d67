// Where the time before the first step goes.
import assert from 'node:assert/strict';
import { StartPhases, phaseLine } from '../../../src/run/startPhases';
import { randomRecord } from '../protocol/records';
import { makeRun } from './fakeSource';

describe('StartPhases', () => {
  it('gives every phase the time until the next, and the last that until the first step', () => {
    let now = 100;
    const phases = new StartPhases(() => now);
    phases.begin('Bundling the model');
    now = 130;
    phases.begin('Starting the training worker');
    now = 380;
    phases.end();
    phases.begin('later');
    now = 900;
    phases.end();
    assert.deepEqual(phases.phases, [
      { name: 'Bundling the model', milliseconds: 30 },
      { name: 'Starting the training worker', milliseconds: 250 },
    ]);
    assert.equal(
      phaseLine(phases.phases),
      'First step after 280 ms: Bundling the model 30 ms, Starting the training worker 250 ms',
    );
  });

  it('of a run are what its source says until the first record', () => {
    const { run, sink } = makeRun();
    let atFirstStep = 0;
    run.onDidStep(() => (atFirstStep ||= run.startPhases.length));
    sink.progress('Bundling the model');
    sink.started({ backend: 'wasm' });
    sink.progress('Preparing the first step');
    sink.records([randomRecord(1, 1)]);
    sink.progress('Reading more');
    sink.records([randomRecord(2, 1)]);
    assert.deepEqual(
      run.startPhases.map(({ name }) => name),
      ['Bundling the model', 'Starting the program on wasm', 'Preparing the first step'],
    );
    assert.equal(atFirstStep, 3);
  });
});
