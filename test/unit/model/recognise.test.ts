// What a file is to Gradient Lens, from its text alone.
import assert from 'node:assert/strict';
import { findImports } from '../../../src/model/imports';
import { maskSource } from '../../../src/model/maskSource';
import { recognise } from '../../../src/model/recognise';

describe('maskSource', () => {
  it('keeps offsets and blanks comments, strings, templates and regexes', () => {
    const source = [
      'const a = "x // y"; // import "fs"',
      '/* require("os") */ const b = `t ${ `in ${1} ner` + a } u`;',
      'const c = a / b / 2; const d = /[\'"`/*]/.test(a);',
      "const e = 'it\\'s'; f();",
    ].join('\n');
    const mask = maskSource(source);
    assert.equal(mask.length, source.length);
    assert.equal(mask.split('\n').length, 4);
    for (const gone of ['import', 'require', 'x //', 'in ', 'ner', ' u`', '\'"`']) {
      assert.ok(!mask.includes(gone), `${gone} is gone from ${mask}`);
    }
    for (const kept of ['const a = ', '+ a }', 'a / b / 2', '.test(a);', 'f();']) {
      assert.ok(mask.includes(kept), `${kept} is kept in ${mask}`);
    }
  });

  it('survives what does not end', () => {
    for (const source of ["'abc", '`abc ${', '/* abc', '"\\', '/re', '`a${`b']) {
      assert.equal(maskSource(source).length, source.length);
    }
  });
});

describe('findImports', () => {
  it('finds every form with its line, and skips what is not code', () => {
    const source = [
      "import * as tf from '@tensorflow/tfjs';",
      "import './setup';",
      'import {',
      '  a,',
      "} from './a';",
      "const fs = require('fs');",
      "// import x from 'commented'",
      `const text = "import y from 'quoted'";`,
      "const lazy = await import('./lazy');",
      "import type { T } from './types';",
      "export { z } from './z';",
      "import type from './type';",
    ].join('\n');
    const found = findImports(source).map((i) => [i.specifier, i.line, i.typeOnly]);
    assert.deepEqual(found, [
      ['@tensorflow/tfjs', 1, false],
      ['./setup', 2, false],
      ['./a', 5, false],
      ['fs', 6, false],
      ['./lazy', 9, false],
      ['./types', 10, true],
      ['./z', 11, false],
      ['./type', 12, false],
    ]);
  });
});

describe('recognise', () => {
  const tf = "import * as tf from '@tensorflow/tfjs';\n";

  it('tells programs that train from helpers and from other files', () => {
    const program = recognise('a.ts', `${tf}\nconst m = tf.sequential();\nawait m.fit(x, y);`);
    assert.deepEqual(program, { usesTfjs: true, trains: true, kind: 'program', anchorLine: 3 });
    const helper = recognise('b.ts', `${tf}export const dense = () => tf.layers.dense({});`);
    assert.equal(helper.usesTfjs, true);
    assert.equal(helper.trains, false);
    assert.equal(recognise('c.ts', 'export const fit = 1;').usesTfjs, false);
    const types = recognise('d.ts', "import type * as tf from '@tensorflow/tfjs';");
    assert.equal(types.usesTfjs, false);
  });

  it('knows experiment modules by name and by exports', () => {
    const source = `${tf}\n\nexport function model() {}\nexport const data = () => 1;`;
    const byExports = recognise('iris.ts', source);
    assert.equal(byExports.kind, 'experiment');
    assert.equal(byExports.anchorLine, 4);
    assert.equal(recognise('iris.model.ts', tf).kind, 'experiment');
    assert.equal(recognise('x.js', `${tf}module.exports.model = 1`).kind, 'program');
    assert.equal(recognise('x.ts', `${tf}export { model, data };`).kind, 'experiment');
    assert.equal(
      recognise('x.ts', `${tf}// export const model; export const data`).kind,
      'program',
    );
  });

  it('names the import that needs Node', () => {
    const found = recognise('n.ts', `${tf}import { readFileSync } from 'node:fs';`);
    assert.deepEqual(found.needsNode, { specifier: 'node:fs', line: 2 });
    const native = recognise('n.js', "const tf = require('@tensorflow/tfjs-node');");
    assert.deepEqual(native.needsNode, { specifier: '@tensorflow/tfjs-node', line: 1 });
    assert.equal(native.usesTfjs, true);
  });
});
