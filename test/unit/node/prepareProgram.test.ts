// How programs are run: what Node gets as it is and what is bundled, that a bundled program finds its
// packages and its own place, arguments, scripts of package.json, and which Node it is.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { EsbuildService } from '../../../src/model/esbuildLoader';
import type { NodeProgram } from '../../../src/sources/node/launcher';
import { findRuntime } from '../../../src/sources/node/nodeRuntime';
import { scriptCommand } from '../../../src/sources/node/npmScript';
import { prepareProgram, type ProgramRequest } from '../../../src/sources/node/prepareProgram';
import { temporaryFolder, write } from './scene';

const root = path.resolve(import.meta.dirname, '../../..');

describe('prepareProgram', function () {
  this.timeout(60_000);
  let folder = '';
  let preload = '';
  let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
  const service = new EsbuildService(root);

  before(async () => {
    temporary = await temporaryFolder();
    ({ folder } = temporary);
    preload = await write(folder, 'preload.cjs', 'globalThis.preloaded = true;');
    for (const [name, text] of [
      ['inner', `exports.where = 'inner'; exports.file = __filename;`],
      ['outer', `module.exports = { where: 'outer' };`],
    ] as const) {
      const modules = path.join(folder, name === 'inner' ? 'app/node_modules' : 'node_modules');
      await mkdir(path.join(modules, name), { recursive: true });
      await write(path.join(modules, name), 'index.js', text);
    }
    const modern = path.join(folder, 'node_modules/modern');
    await mkdir(modern, { recursive: true });
    await write(modern, 'package.json', '{"type":"module","exports":"./index.js"}');
    await write(modern, 'index.js', `export const where = 'modern';`);
    await mkdir(path.join(folder, 'app/lib'), { recursive: true });
    await write(
      path.join(folder, 'app/lib'),
      'place.ts',
      `export const place: string[] = [__dirname, String(require.main === module)];`,
    );
  });
  after(async () => {
    await service.dispose();
    await temporary.remove();
  });

  const request = (model: string, more: Partial<ProgramRequest> = {}): ProgramRequest => ({
    ...{ model, preload, texts: new Map(), runtime: process.execPath, cwd: folder },
    ...{ args: [], nodeArgs: [], env: {}, npmScript: '' },
    ...more,
  });

  /** Prepares and runs a program; gives what it printed as JSON in its first line, and its errors. */
  async function run(name: string, text: string, more: Partial<ProgramRequest> = {}) {
    const model = await write(path.join(folder, 'app'), name, text);
    const program = await prepareProgram(service, request(model, more));
    const { executable, args, cwd, env } = program.command;
    const done = spawnSync(executable, args, {
      ...{ cwd, env: { ...process.env, ...env }, encoding: 'utf8' },
    });
    const [line = ''] = done.stdout.split('\n');
    return {
      program,
      model,
      said: line === '' ? undefined : (JSON.parse(line) as unknown),
      ...done,
    };
  }
  const free = (program: NodeProgram) => program.dispose();
  const scriptOf = ({ command }: NodeProgram) =>
    command.args.find((arg) => /\.[cm]?js$/.test(arg) && arg !== preload);

  it('runs JavaScript as it is, with the preload, options, arguments and environment', async () => {
    const { program, model, said } = await run(
      'plain.js',
      `console.log(JSON.stringify([globalThis.preloaded, process.argv.slice(1), process.execArgv.slice(2), process.env.GREETING, process.cwd()]))`,
      { args: ['--epochs', 'a b'], nodeArgs: ['--expose-gc'], env: { GREETING: 'hello there' } },
    );
    assert.equal(scriptOf(program), model);
    assert.deepEqual(said, [
      true,
      [model, '--epochs', 'a b'],
      ['--expose-gc'],
      'hello there',
      folder,
    ]);
  });

  it('runs ES modules as they are, and bundles those that Node would take for CommonJS', async () => {
    const text = `import { where } from 'modern';\nconsole.log(JSON.stringify([where, import.meta.url]));\nawait 0;`;
    const module = await run('module.mjs', text);
    assert.equal(scriptOf(module.program), module.model);
    await write(path.join(folder, 'app'), 'package.json', '{"type":"commonjs"}');
    const unmarked = await run('unmarked.js', text);
    assert.notEqual(scriptOf(unmarked.program), unmarked.model);
    assert.deepEqual(
      [module.said, unmarked.said],
      [module, unmarked].map(({ model }) => ['modern', `file://${model}`]),
    );
    free(unmarked.program);
  });

  it('bundles TypeScript, which finds its packages and knows its own place', async () => {
    const { program, model, said } = await run(
      'typed.ts',
      `import { where } from 'inner';
import * as outer from 'outer';
import { place } from './lib/place';
const here: string = __filename;
console.log(JSON.stringify([where, outer.where, place, here, require.main === module, process.argv[1]]));`,
    );
    const app = path.join(folder, 'app');
    const place = [path.join(app, 'lib'), 'false'];
    assert.deepEqual(said, ['inner', 'outer', place, model, true, model]);
    const script = scriptOf(program)!;
    assert.ok(existsSync(script));
    assert.ok(!script.startsWith(folder), 'nothing is written beside the sources');
    free(program);
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.ok(!existsSync(script));
    assert.ok(existsSync(path.join(app, 'node_modules/inner/index.js')), 'links only');
  });

  it('bundles TypeScript that is an ES module by its name, or by an await', async () => {
    const text = `import { where } from 'modern';
import { where as inner } from 'inner';
import { fileURLToPath, pathToFileURL } from 'node:url';
const isMain: boolean = import.meta.url === pathToFileURL(process.argv[1]!).href;
await Promise.resolve();
console.log(JSON.stringify([where, inner, fileURLToPath(import.meta.url), isMain]));`;
    for (const name of ['module.mts', 'awaits.ts']) {
      const { program, model, said, stderr } = await run(name, text);
      assert.deepEqual(said, ['modern', 'inner', model, true], stderr);
      free(program);
    }
  });

  it('maps stack traces of a bundled program to its lines, also when its files are gone', async () => {
    const { program, model, stderr } = await run(
      'breaks.ts',
      `interface Long { a: number }\nconst place = __dirname;\nfunction fail(): never {\n  throw new Error('at four');\n}\nfail();`,
    );
    assert.match(stderr, /breaks\.ts:4:9/);
    const script = scriptOf(program)!;
    free(program);
    const position = { file: script, line: 0, column: 11 };
    const found = Array.from({ length: 60 }, (_, line) =>
      program.locator.locate([{ ...position, line: line + 1 }]),
    ).filter((location) => location?.line === 4);
    assert.ok(found.length > 0);
    assert.equal(found[0]!.file, model);
  });

  it('takes texts in the place of those on disk', async () => {
    const model = await write(path.join(folder, 'app'), 'old.js', `console.log('"disk"')`);
    const texts = new Map([[model, `console.log('"trial"', require('inner').where)`]]);
    const program = await prepareProgram(service, request(model, { texts }));
    const { executable, args, cwd } = program.command;
    assert.equal(spawnSync(executable, args, { cwd, encoding: 'utf8' }).stdout, '"trial" inner\n');
    free(program);
  });

  it('says what is wrong with a source, with its line', async () => {
    const model = await write(path.join(folder, 'app'), 'syntax.ts', 'const a = 1;\nconst b = ;\n');
    await assert.rejects(prepareProgram(service, request(model)), {
      ...{ name: 'ModelError', code: 'syntax-error', message: /^syntax\.ts, line 2: / },
    });
    const gone = path.join(folder, 'app/gone.js');
    await assert.rejects(prepareProgram(service, request(gone)), { code: 'missing-file' });
  });

  it('runs a script of package.json with the preload in what it starts', async () => {
    const home = path.join(folder, 'scripted');
    await mkdir(path.join(home, 'src'), { recursive: true });
    const model = await write(
      path.join(home, 'src'),
      'train.js',
      `console.log(JSON.stringify([globalThis.preloaded, process.argv.slice(2)]))`,
    );
    const scripts = { train: 'node src/train.js --own' };
    await write(home, 'package.json', JSON.stringify({ scripts }));
    const program = await prepareProgram(
      service,
      request(model, { npmScript: 'train', args: ['--more'], runtime: '' }),
    );
    const { executable, args, cwd, env } = program.command;
    assert.equal(cwd, home);
    const { stdout, stderr } = spawnSync(executable, args, {
      ...{ cwd, env: { ...process.env, ...env }, encoding: 'utf8' },
    });
    assert.match(stdout, /^\[true,\["--own","--more"\]\]$/m, stderr);
    await assert.rejects(prepareProgram(service, request(model, { npmScript: 'none' })), {
      ...{ code: 'script-missing', message: /script 'none'/ },
    });
  });

  it('knows the package manager by its lock file, and the shell of Windows', async () => {
    const home = path.join(folder, 'managed');
    await mkdir(home, { recursive: true });
    await write(home, 'package.json', '{"scripts":{"train":"node x"}}');
    const of = (platform?: NodeJS.Platform) => scriptCommand('train', home, ['-n', '1'], platform);
    assert.deepEqual(of('linux').args, ['run', 'train', '--', '-n', '1']);
    await write(home, 'pnpm-lock.yaml', '');
    assert.deepEqual(of('linux'), {
      ...{ executable: 'pnpm', args: ['run', 'train', '-n', '1'], folder: home },
    });
    assert.deepEqual(of('win32').args, ['/d', '/c', 'pnpm', 'run', 'train', '-n', '1']);
  });

  it('finds the Node of the setting, of the PATH, or its own, and refuses an old one', async () => {
    // The fake ones are scripts of a shell.
    if (process.platform === 'win32') return;
    const own = { executable: '/own/electron', version: 'v22.1.0' };
    const bin = path.join(folder, 'bin');
    await mkdir(bin);
    const fake = async (name: string, version: string) => {
      const file = await write(bin, name, `#!/bin/sh\necho ${version}\n`);
      await chmod(file, 0o755);
      return file;
    };
    const chosen = await fake('chosen', 'v24.0.0');
    const setting = await findRuntime({ setting: chosen, searchPath: '', own });
    assert.deepEqual(setting, { executable: chosen, version: 'v24.0.0', env: {} });
    const none = await findRuntime({ setting: '', searchPath: bin, own });
    assert.deepEqual(none, { ...own, env: { ELECTRON_RUN_AS_NODE: '1' } });
    const node = await fake('node', 'v20.0.0');
    const searchPath = ['relative', bin].join(path.delimiter);
    assert.equal((await findRuntime({ setting: '', searchPath, own })).executable, node);
    const old = { code: 'node-too-old', message: /v18\.19\.1; .*20 or newer/ };
    await assert.rejects(findRuntime({ setting: await fake('old', 'v18.19.1') }), old);
    await assert.rejects(findRuntime({ setting: '/no/such/node' }), { code: 'node-missing' });
    const odd = await fake('odd', 'surprise');
    await assert.rejects(findRuntime({ setting: odd }), {
      code: 'node-missing',
      message: /surprise/,
    });
  });
});
