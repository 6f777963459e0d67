// The arguments of the command line: what they mean, and what is refused with which words.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CliError } from '../../../src/cli/cliError';
import { HELP } from '../../../src/cli/help';
import { readCommand } from '../../../src/cli/options';

const read = (text: string) => readCommand(text.split(' ').filter(Boolean));

function refused(text: string, message: RegExp): void {
  assert.throws(
    () => read(text),
    (error: unknown) => {
      assert.ok(error instanceof CliError && error.isUsage, String(error));
      assert.match(error.message, message);
      return true;
    },
  );
}

describe('arguments of the command line', () => {
  it('have defaults', () => {
    assert.deepEqual(read('train a.model.ts'), {
      name: 'train',
      file: 'a.model.ts',
      seed: 42,
      hyperparameters: {},
      failOn: 'error',
      programArgs: [],
    });
  });

  it('are read in any order, and what follows -- is the program’s', () => {
    const command = read(
      '--steps 5 train --seed=7 a.js --backend cpu --json o.json --sarif o.sarif --fail-on warning -- --steps 9 -x --',
    );
    assert.deepEqual(command, {
      name: 'train',
      file: 'a.js',
      steps: 5,
      seed: 7,
      backend: 'cpu',
      hyperparameters: {},
      json: 'o.json',
      sarif: 'o.sarif',
      failOn: 'warning',
      programArgs: ['--steps', '9', '-x', '--'],
    });
  });

  it('set hyperparameters: numbers, true and false, texts; several after one --set', () => {
    const command = readCommand([
      ...['train', 'a.model.ts', '--set', 'units=64', 'rate=1e-3', '--set', 'name=a=b'],
      ...['--seed', '1', '--set', 'on=true', 'empty=', 'id=007x'],
    ]);
    assert.ok(command.name === 'train');
    assert.deepEqual(command.hyperparameters, {
      units: 64,
      rate: 0.001,
      name: 'a=b',
      on: true,
      empty: '',
      id: '007x',
    });
  });

  it('ask for help and for the version', () => {
    for (const text of ['', '--help', '-h', 'help', 'train --help']) {
      assert.deepEqual(read(text), { name: 'help' });
    }
    for (const text of ['--version', '-v']) assert.deepEqual(read(text), { name: 'version' });
  });

  it('are refused with a reason', () => {
    refused('train', /needs the file/);
    refused('run a.js', /no command 'run'/);
    refused('train a.js b.js', /takes one file, and 'b.js' is more/);
    refused('train a.js --unknown', /Unknown option '--unknown'/);
    refused('train a.js --steps', /--steps/);
    for (const steps of ['0', '1.5', '-3', 'many', '1e3']) {
      refused(`train a.js --steps=${steps}`, /--steps is '.*'; it has to be a whole number from 1/);
    }
    refused('train a.js --seed 4294967296', /from 0 to 4294967295/);
    refused('train a.js --backend gpu', /--backend is 'gpu'; it can be node, wasm, cpu, webgl/);
    refused('train a.js --fail-on info', /--fail-on is 'info'/);
    refused('train a.js --set units', /name=value/);
    refused('train a.js --json - --sarif -', /cannot both go to standard output/);
  });

  it('are those of the documents', () => {
    const document = (name: string) =>
      readFileSync(path.resolve(__dirname, '../../../docs', name), 'utf8');
    const [, folded = ''] = /run: >\n((?: {10}.*\n)+)/.exec(document('ci-example.yml')) ?? [];
    const [npx, name, ...args] = folded.split(/\s+/).filter(Boolean);
    assert.deepEqual([npx, name], ['npx', 'gradient-lens']);
    const command = readCommand(args);
    assert.ok(command.name === 'train' && command.sarif !== undefined && command.steps === 500);

    const described = document('command-line.md').match(/(?<=^\| `)--[\w-]+/gm) ?? [];
    const helped = HELP.match(/(?<=^ {2})--[\w-]+/gm) ?? [];
    assert.deepEqual([...described].sort(), [...helped].sort());
    assert.equal(described.length, 7);
  });
});
