// The npm package: its types hold for themselves, describe the module that runs get, and its code
// says where it works.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import ts from 'typescript';
import type * as Package from '../../../npm';
import { createGradientLensModule } from '../../../webview/runtime/data';
import { MemoryWorkspace } from '../data/workspace';

const FOLDER = path.resolve(__dirname, '../../../npm');

/** Names of functions and of the functions in objects, e.g. `synthetic.blobs`. */
function functionNames(module: object, prefix = ''): string[] {
  return Object.entries(module)
    .flatMap(([name, value]: [string, unknown]) =>
      typeof value === 'object' && value !== null
        ? functionNames(value, `${prefix}${name}.`)
        : [prefix + name],
    )
    .sort();
}

describe('npm package gradient-lens', () => {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const shipped = require(FOLDER) as typeof Package;
  const offered = createGradientLensModule(new MemoryWorkspace({}), tf);

  it('exports what the module exports that runs get', () => {
    assert.deepEqual(functionNames(shipped), functionNames(offered));
  });

  it('tells whoever calls it outside Gradient Lens what to do', () => {
    for (const call of [() => shipped.mnist('x'), () => shipped.synthetic.xor()]) {
      assert.throws(
        call,
        /^Error: gradient-lens: `(mnist|synthetic\.xor)`.*Train with Gradient Lens/,
      );
    }
    const error = new shipped.DataError('missing-file', 'a.csv', 'gone');
    assert.deepEqual([error.name, error.code, error.file], ['DataError', 'missing-file', 'a.csv']);
  });

  it('ships every file that it names, and types without errors', function () {
    this.timeout(60_000);
    const manifest = JSON.parse(readFileSync(path.join(FOLDER, 'package.json'), 'utf8')) as {
      files: string[];
    };
    const types = manifest.files
      .filter((file) => file.endsWith('.d.ts'))
      .map((file) => path.join(FOLDER, file));
    // Declaration files are checked only without skipLibCheck, and tfjs's own do not pass it.
    const program = ts.createProgram(types, {
      strict: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      types: [],
      noEmit: true,
    });
    for (const file of types) {
      const source = program.getSourceFile(file);
      assert.ok(source, `${file} is missing`);
      const found = [
        ...program.getSyntacticDiagnostics(source),
        ...program.getSemanticDiagnostics(source),
      ];
      assert.deepEqual(
        found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
        [],
      );
    }
  });
});
