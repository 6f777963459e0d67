// Test helper: one remedy on one source, in the words of a table, and what must hold of every fix:
// it parses, it is not offered twice, and it says what it does.
import assert from 'node:assert/strict';
import path from 'node:path';
import ts from 'typescript';
import { applyEdits, planFix, type FixContext, type FixPlan } from '../../../src/fixes';
import { recognise } from '../../../src/model/recognise';
import type { Remedy } from '../../../src/shared/core/finding';
import type { Builder } from './builtLayers';

const ROOT = path.resolve(import.meta.dirname, '../../..');

/** A remedy on a source, and what becomes of it. */
export interface Case {
  name: string;
  source: string;
  remedy: Partial<Remedy> & Pick<Remedy, 'id'>;
  /** File name; its ending tells the language. Default: `net.model.ts`. */
  file?: string;
  /** Layers of the remedy, by their position in the forward pass. Default: it names none. */
  layers?: readonly number[];
  context?: Partial<FixContext>;
  /** Each first text becomes the second one, wherever it stands; undefined: not offered. */
  becomes?: readonly (readonly [string, string])[];
  title?: string;
}

/** Sources after their fixes, to be type-checked together. */
export const fixedSources = new Map<string, string>();

/** A text without the blank margin that its lines share. */
export function dedent(text: string): string {
  const lines = text.replace(/^\n/, '').split('\n');
  const margins = lines.filter((line) => line.trim()).map((line) => /^ */.exec(line)![0].length);
  const margin = Math.min(...margins);
  return lines.map((line) => line.slice(margin)).join('\n');
}

/** Plans the remedy of a case, with the layers that its source really builds. */
export async function plan(
  builder: Builder,
  { source, remedy, file = 'net.model.ts', layers, context }: Case,
): Promise<{ plan: FixPlan | undefined; again: (text: string) => FixPlan | undefined }> {
  const built = await builder.build(source, file);
  const names = layers?.map((at) => built.layers.at(at)!.name);
  const asked: Remedy = { title: '', ...remedy, ...(names && { layers: names }) };
  const known: FixContext = {
    layers: built.layers,
    kind: recognise(built.file, source).kind,
    trainedText: source,
    ...context,
  };
  const on = (text: string): FixPlan | undefined =>
    planFix({ file: built.file, text }, asked, known);
  return { plan: on(source), again: on };
}

/** Runs a case. */
export async function check(builder: Builder, one: Case): Promise<void> {
  const { plan: found, again } = await plan(builder, one);
  if (!one.becomes) {
    assert.equal(found, undefined, found && applyEdits(one.source, found.edits));
    return;
  }
  assert.ok(found, 'the fix is not offered');
  const fixed = applyEdits(one.source, found.edits);
  let expected = one.source;
  for (const [from, to] of one.becomes) {
    assert.ok(expected.includes(from), `the source has no ${from}`);
    expected = expected.replaceAll(from, to);
  }
  assert.equal(fixed, expected);
  if (one.title !== undefined) assert.equal(found.title, one.title);
  const twice = again(fixed);
  assert.equal(twice, undefined, twice && `offered again: ${applyEdits(fixed, twice.edits)}`);
  // What was fixed still builds and trains.
  await builder.build(fixed, one.file ?? 'net.model.ts');
  fixedSources.set(`${fixedSources.size}-${one.file ?? 'net.model.ts'}`, fixed);
}

/** Type errors of the sources, as one program in strict mode. */
export function typeErrors(sources: ReadonlyMap<string, string>): string[] {
  const folder = path.join(ROOT, 'out');
  const texts = new Map(
    [...sources]
      .filter(([name]) => name.endsWith('.ts'))
      .map(([name, text]) => [path.join(folder, name), text]),
  );
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
    paths: { 'gradient-lens': [path.join(ROOT, 'npm/index.d.ts')] },
  };
  const host = ts.createCompilerHost(options);
  const overlay: ts.CompilerHost = {
    ...host,
    fileExists: (name) => texts.has(path.normalize(name)) || host.fileExists(name),
    readFile: (name) => texts.get(path.normalize(name)) ?? host.readFile(name),
    getSourceFile: (name, language) => {
      const text = texts.get(path.normalize(name));
      return text === undefined
        ? host.getSourceFile(name, language)
        : ts.createSourceFile(name, text, language);
    },
  };
  const program = ts.createProgram([...texts.keys()], options, overlay);
  return [...texts.keys()].flatMap((name) => {
    const file = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ messageText, start = 0 }) =>
        `${path.basename(name)}:${file!.getLineAndCharacterOfPosition(start).line + 1}: ` +
        ts.flattenDiagnosticMessageText(messageText, '\n'),
    );
  });
}
