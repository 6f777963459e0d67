// A process that records a synthetic run until it is killed: for tests of what is left then.
// Arguments: the root, how many steps a report has. Prints each step with the time at which it was handed over.
import { writeSync } from 'node:fs';
import { TrainingRun } from '../../../src/run/trainingRun';
import { RunRecorder } from '../../../src/store/runRecorder';
import { randomRecord } from '../protocol/records';
import { FakeSource } from '../run/fakeSource';
import { sampleOrigin } from './manifests';

const [root = '', perReport = '5'] = process.argv.slice(2);
const source = new FakeSource();
const run = new TrainingRun({
  ...{ id: 'killed', model: 'net.model.ts', title: 'net.model.ts', path: 'net.model.ts', source },
  request: { seed: 1, backend: 'cpu' },
});
run.start();
source.sink.started({ backend: 'cpu' });
source.sink.layers([{ name: 'dense_0', className: 'Dense', tensors: [] }]);
const templates = Array.from({ length: 8 }, (_, i) => randomRecord(i + 1, 2));
let step = 0;

function report(): void {
  const records = Array.from({ length: Number(perReport) }, () => {
    step++;
    return { ...templates[step % templates.length]!, step, loss: 1 / step, seconds: step / 100 };
  });
  source.sink.records(records);
  if (step % 50 === 0) source.sink.epoch({ epoch: step / 50, step, metrics: { acc: step } });
  // At once and unbuffered: what was said is out when the process is killed.
  writeSync(1, `${Date.now()} ${step}\n`);
}

void RunRecorder.begin(run, { root, origin: sampleOrigin, maxBytes: 64 * 2 ** 20 }).then(() => {
  writeSync(1, `${Date.now()} 0\n`);
  setInterval(report, 5);
});
