// Real bundles by the real esbuild: what the worker would run, and which source line each part is.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleModel } from '../../../src/model/bundle';
import { EsbuildService, loadEsbuild } from '../../../src/model/esbuildLoader';
import { ModelError } from '../../../src/model/modelError';
import { forwardSlashes } from '../../../src/model/sourceMap';

const root = path.resolve(import.meta.dirname, '../../..');
const TF = "import * as tf from '@tensorflow/tfjs';\n";

describe('bundleModel', () => {
  const service = new EsbuildService(root);
  let folder: string;
  let serial = 0;

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'gradient-lens-bundle-'));
  });
  after(async () => {
    await service.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  /** Writes files into a folder of their own and bundles the first. */
  async function bundle(files: Record<string, string>, unsaved: Record<string, string> = {}) {
    const own = path.join(folder, `case${++serial}`);
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(own, name)), { recursive: true });
      await writeFile(path.join(own, name), text);
    }
    const model = path.join(own, Object.keys(files)[0]!);
    const texts = Object.entries(unsaved).map(([name, text]) => [path.join(own, name), text]);
    const made = await bundleModel(service, {
      model,
      unsaved: new Map(texts as [string, string][]),
    });
    return { own, made };
  }

  async function failure(files: Record<string, string>): Promise<ModelError> {
    const error = await bundle(files).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ModelError, `a ModelError, got ${String(error)}`);
    return error;
  }

  /** Evaluates a bundle as the worker does, and returns what the program exports. */
  async function evaluate(code: string, tf: unknown = {}): Promise<Record<string, unknown>> {
    assert.doesNotMatch(code, /^\s*(?:import|export)\b/m);
    let load: (() => Promise<unknown>) | undefined;
    const globals = {
      tf,
      module: { mnist: () => 'digits' },
      program: (l: typeof load) => (load = l),
    };
    Object.assign(globalThis, { __gradientLens: globals });
    const file = path.join(folder, `bundle${++serial}.mjs`);
    await writeFile(file, code);
    await import(pathToFileURL(file).href);
    assert.ok(load, 'the bundle hands its program over');
    return (await load()) as Record<string, unknown>;
  }

  it('runs only when the runtime asks, with the one tfjs for every package of it', async () => {
    const { made } = await bundle({
      'main.ts': `${TF}import { Tensor } from '@tensorflow/tfjs-core';
        import layersDefault, { sequential } from '@tensorflow/tfjs-layers';
        import { csv } from '@tensorflow/tfjs-data';
        import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
        import '@tensorflow/tfjs-backend-webgl';
        import { mnist } from 'gradient-lens';
        const cjs = require('@tensorflow/tfjs');
        setWasmPaths('x');
        (globalThis as { ran?: boolean }).ran = true;
        export const seen: unknown[] = [tf.sequential, Tensor, sequential, csv, layersDefault.sequential, cjs.sequential, mnist()];`,
    });
    Reflect.deleteProperty(globalThis, 'ran');
    const tf: Record<string, unknown> = {
      __esModule: true,
      sequential: 's',
      Tensor: 't',
      data: { csv: 'c' },
    };
    tf.default = tf;
    const exports = await evaluate(made.code, tf);
    assert.deepEqual(exports.seen, ['s', 't', 's', 'c', 's', 's', 'digits']);
    assert.equal((globalThis as { ran?: boolean }).ran, true);
  });

  it('bundles TypeScript, JSON, text, helpers and packages, with top-level await', async () => {
    const { made, own } = await bundle({
      'main.ts':
        "import { twice } from './lib/helper';\nimport settings from './settings.json';\n" +
        "import table from './table.csv';\nimport pkg from 'some-package';\n" +
        'enum Kind { A = 1 }\nconst late: number = await Promise.resolve(settings.n);\n' +
        'export const result = [twice(late), table.trim(), pkg.name, Kind.A];\n',
      'lib/helper.ts': 'export function twice(x: number): number { return 2 * x; }\n',
      'settings.json': '{ "n": 21 }',
      'table.csv': 'a,b\n',
      'node_modules/some-package/package.json': '{ "main": "index.js" }',
      'node_modules/some-package/index.js': "exports.name = 'pkg';",
    });
    assert.deepEqual((await evaluate(made.code)).result, [42, 'a,b', 'pkg', 1]);
    assert.deepEqual(
      made.inputs.map((file) => path.relative(own, file)).sort(),
      ['lib/helper.ts', 'main.ts', 'settings.json', 'table.csv'].map((file) =>
        path.normalize(file),
      ),
    );
  });

  it('uses the unsaved text of an editor, and hashes the program', async () => {
    const files = {
      'main.js': "export { value } from './value.mjs';",
      'value.mjs': 'export const value = 1;',
    };
    const saved = await bundle(files);
    const unsaved = await bundle(files, { 'value.mjs': 'export const value = 2;' });
    assert.equal((await evaluate(saved.made.code)).value, 1);
    assert.equal((await evaluate(unsaved.made.code)).value, 2);
    assert.notEqual(saved.made.hash, unsaved.made.hash);
    assert.equal((await bundle(files)).made.hash, saved.made.hash);
  });

  it('finds the user line of a frame, in loops, helpers and past dependencies', async () => {
    const { made, own } = await bundle({
      'main.ts':
        "import { build } from './helper';\nimport dep from 'dep';\nexport const built = build();\ndep.call(build);\n",
      'helper.ts':
        '// one\n\nexport function build(): string {\n  return probe("in-helper");\n}\ndeclare function probe(at: string): string;\n',
      'node_modules/dep/index.js': 'exports.call = (f) => { probe("in-dep"); return f(); };',
    });
    const at = (needle: string) => {
      const lines = made.code.split('\n');
      const line = lines.findIndex((text) => text.includes(needle));
      assert.ok(line >= 0, `${needle} is in the bundle`);
      return { line: line + 1, column: lines[line]!.indexOf(needle) + 1 };
    };
    const helper = made.map.locate([at('probe("in-helper")')]);
    assert.deepEqual(helper, {
      file: forwardSlashes(path.join(own, 'helper.ts')),
      line: 4,
      column: 10,
    });
    const main = made.map.locate([at('probe("in-dep")'), at('import_dep.default.call')]);
    assert.equal(main?.file, forwardSlashes(path.join(own, 'main.ts')));
    assert.equal(main.line, 4);
    assert.equal(
      made.map.locate([
        { line: 1, column: 1 },
        { line: 0, column: 9 },
      ]),
      undefined,
    );
  });

  it('lets a dependency mention Node, and fails clearly where it is used', async () => {
    const { made } = await bundle({
      'main.ts': "import { read, sep } from 'reader';\nexport { read };\nexport const ok = sep;",
      'node_modules/reader/index.js':
        "import { readFileSync } from 'fs';\nimport path from 'node:path';\nconst util = require('util');\n" +
        "export const sep = typeof path.sep;\nexport const read = () => readFileSync('x');",
    });
    const exports = await evaluate(made.code);
    assert.equal(exports.ok, 'function');
    assert.throws(exports.read as () => void, { name: 'NeedsNodeError', message: /'fs'/ });
  });

  it('prefers an npm package that has the name of a Node module', async () => {
    const { made } = await bundle({
      'main.js':
        "import { EventEmitter } from 'events';\nexport const made = new EventEmitter().kind;",
      'node_modules/events/index.js': "exports.EventEmitter = class { kind = 'npm'; };",
    });
    assert.equal((await evaluate(made.code)).made, 'npm');
  });

  const cases: [string, Record<string, string>, string, number, number | undefined, RegExp][] = [
    [
      'a syntax error',
      { 'a.ts': `${TF}const é = 'é'; let let = (;\n` },
      'syntax-error',
      2,
      undefined,
      /^a\.ts, line 2: /,
    ],
    [
      'a missing helper',
      { 'a.ts': `\n${TF}import './nope';` },
      'missing-import',
      3,
      8,
      /'\.\/nope'.*does not exist/,
    ],
    [
      'a missing package',
      { 'a.ts': "import x from '@scope/pkg/deep';x" },
      'missing-import',
      1,
      15,
      /npm install @scope\/pkg$/,
    ],
    [
      'a missing export',
      { 'a.ts': "\nimport { b } from './b';b", 'b.ts': 'export const c = 1;' },
      'missing-import',
      2,
      10,
      /no matching export/,
    ],
    [
      'Node in the program',
      { 'a.ts': `${TF}import fs from 'node:fs';fs` },
      'needs-node',
      2,
      16,
      /'node:fs'/,
    ],
    [
      'Node in a helper',
      { 'a.ts': "import './b';", 'b.js': "\n\nconst p = require('child_process');" },
      'needs-node',
      3,
      19,
      /^b\.js, line 3: /,
    ],
    [
      'tfjs-node',
      { 'a.js': "const tf = require('@tensorflow/tfjs-node');" },
      'needs-node',
      1,
      20,
      /tfjs-node/,
    ],
    ['an asset', { 'a.js': "import './a.png';", 'a.png': '' }, 'missing-import', 1, 8, /a\.png/],
  ];
  for (const [what, files, code, line, column, message] of cases) {
    it(`names the line of ${what}`, async () => {
      const error = await failure(files);
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.equal(error.location?.line, line);
      if (column !== undefined) assert.equal(error.location.column, column);
      assert.equal(error.toRunError().line, line);
    });
  }

  it('refuses what is no model file', async () => {
    assert.equal((await failure({ 'a.py': 'print(1)' })).code, 'unsupported-file');
    const gone = bundleModel(service, { model: path.join(folder, 'gone.ts'), unsaved: new Map() });
    await assert.rejects(gone, { code: 'missing-file', message: /gone\.ts does not exist/ });
  });
});

describe('loadEsbuild', () => {
  it('falls back to WebAssembly, started without a node on the PATH', async function () {
    this.timeout(60_000);
    const folder = await mkdtemp(path.join(os.tmpdir(), 'gradient-lens-wasm-'));
    const savedPath = process.env.PATH;
    try {
      const vendored = path.join(folder, 'dist/vendor/node_modules');
      await mkdir(vendored, { recursive: true });
      const { symlink } = await import('node:fs/promises');
      await symlink(
        path.join(root, 'node_modules/esbuild-wasm'),
        path.join(vendored, 'esbuild-wasm'),
        'dir',
      );
      process.env.PATH = '';
      const loaded = await loadEsbuild(folder);
      try {
        assert.equal(loaded.flavour, 'wasm');
        const main = path.join(folder, 'main.ts');
        await writeFile(main, 'export const x: number = 1;');
        const service = { get: () => Promise.resolve(loaded) };
        const made = await bundleModel(service, { model: main, unsaved: new Map() });
        assert.match(made.code, /__gradientLens\.program/);
      } finally {
        await loaded.esbuild.stop();
      }
    } finally {
      process.env.PATH = savedPath;
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('says what was tried where none works', async () => {
    await assert.rejects(loadEsbuild(path.join(os.tmpdir(), 'no-such-extension')), {
      code: 'bundler-unavailable',
      message: /cannot start its bundler/,
    });
  });
});
