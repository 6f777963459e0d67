// A process that trains a program as an editor or a command line does, so that a test can end it. Writes
// a line per change of the run: its state and its newest step.
import path from 'node:path';
import { EsbuildService } from '../../../src/model/esbuildLoader';
import { TrainingRun } from '../../../src/run/trainingRun';
import { ChildLauncher } from '../../../src/sources/node/childProcess';
import { NodeSource } from '../../../src/sources/node/nodeSource';
import { prepareProgram } from '../../../src/sources/node/prepareProgram';

const [root = '', model = '', ...args] = process.argv.slice(2);
const service = new EsbuildService(root);
const script = path.basename(model);
const source = new NodeSource({
  script,
  start: {
    ...{ seed: 1, paused: false, epsilon: 'keras', probe: 'auto', standIn: 'offer', breakOn: [] },
    sampling: { everySteps: 1, activationEverySteps: 1 },
  },
  launcher: new ChildLauncher('ignore'),
  prepare: () =>
    prepareProgram(service, {
      ...{ model, args, texts: new Map(), nodeArgs: [], env: {}, npmScript: '' },
      ...{ cwd: path.dirname(model), runtime: process.execPath },
      preload: path.join(root, 'dist/nodeTap.cjs'),
    }),
  onTrouble: (message) => process.stdout.write(`${message}\n`),
});
const run = new TrainingRun({
  ...{ id: 'host', model, title: script, path: script, source },
  request: { seed: 1, backend: 'auto' },
});
run.onDidChange(() => void process.stdout.write(`${run.state} ${run.currentStep}\n`));
run.start();
void run.finished.then(() => service.dispose());
