// Bundles a program for Node: TypeScript and JSX, and programs of which some files have other texts than
// on disk. Packages stay imports; what a file knows of its own place stays true.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { BuildFailure, BuildOptions, Plugin } from 'esbuild';
import { checkModel, fileKey, unsavedFiles, type BundleRequest } from './bundle';
import { toModelError } from './bundleErrors';
import type { Esbuild, EsbuildService } from './esbuildLoader';
import { maskSource } from './maskSource';

/** A program in one file. */
export interface NodeBundle {
  /** Text of a CommonJS or an ES module. */
  code: string;
  /** Source map as JSON; its sources are absolute `file:` URLs. */
  map: string;
  format: 'cjs' | 'esm';
  /** Absolute paths of the user's files in it. */
  inputs: string[];
}

/** Sources that no Node from 20 on runs as they are. */
const NEVER_AS_IT_IS = /\.(?:[cm]?tsx?|jsx)$/i;
/** A statement that only ES modules have, at the beginning of a line. */
const MODULE_SYNTAX = /^[ \t]*(?:import\b(?!\s*[.(])|export\b)/m;

/** What a file may say of its own place. */
const OWN_PLACE = /\b__dirname\b|\b__filename\b|\bimport\.meta\b|\brequire\.main\b/;

/** How a file is loaded: by its name, else by the `type` of the nearest package.json. */
function formatOf(model: string): 'cjs' | 'esm' {
  if (/\.m[jt]s$/i.test(model)) return 'esm';
  if (/\.c[jt]s$/i.test(model)) return 'cjs';
  for (let folder = path.dirname(model); ; folder = path.dirname(folder)) {
    const manifest = path.join(folder, 'package.json');
    if (existsSync(manifest)) return isModulePackage(manifest) ? 'esm' : 'cjs';
    if (path.dirname(folder) === folder) return 'cjs';
  }
}

function isModulePackage(manifest: string): boolean {
  try {
    const parsed: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
    return (parsed as { type?: unknown } | null)?.type === 'module';
  } catch {
    return false;
  }
}

/**
 * True for a program that Node does not run as it is: TypeScript, JSX, and an ES module that its name and
 * package.json say nothing of, which Node takes for CommonJS (from 20.19 on only where `type` says so).
 */
export function needsBundling(model: string, text: string): boolean {
  if (NEVER_AS_IT_IS.test(model)) return true;
  return /\.js$/i.test(model) && formatOf(model) === 'cjs' && MODULE_SYNTAX.test(maskSource(text));
}

/** Values of the names by which `file` asks for its own place. */
function placeOf(file: string, isEntry: boolean): Record<string, string> {
  const text = (value: string) => JSON.stringify(value);
  return {
    __filename: text(file),
    __dirname: text(path.dirname(file)),
    'import.meta.url': text(pathToFileURL(file).href),
    'import.meta.filename': text(file),
    'import.meta.dirname': text(path.dirname(file)),
    'import.meta.main': String(isEntry),
    // In a bundle, `module` is the same for all.
    ...(!isEntry && { 'require.main': 'undefined' }),
  };
}

/** Gives each file its own place back. Files that do not ask stay inside esbuild's own loading. */
function ownPlaces(esbuild: Esbuild, request: BundleRequest): Plugin {
  const { model, unsaved } = request;
  const texts = new Map([...unsaved].map(([file, text]) => [fileKey(file), text]));
  return {
    name: 'gradient-lens-own-places',
    setup(build) {
      const filter = /\.[cm]?[jt]sx?$/i;
      build.onLoad({ filter, namespace: 'file' }, async ({ path: file }) => {
        const text = texts.get(fileKey(file)) ?? (await readFile(file, 'utf8'));
        if (!OWN_PLACE.test(text)) return undefined;
        // Not a transform: a build knows the file's tsconfig.json.
        const built = await esbuild.build({
          entryPoints: [file],
          write: false,
          outdir: path.dirname(file),
          target: 'esnext',
          sourcemap: 'inline',
          sourcesContent: false,
          charset: 'utf8',
          define: placeOf(file, fileKey(file) === fileKey(model)),
          logLevel: 'silent',
          plugins: [unsavedFiles(unsaved)],
        });
        const contents = built.outputFiles[0]?.text;
        return contents === undefined ? undefined : { contents, loader: 'js' };
      });
      // Native code is loaded from where it lies.
      build.onResolve({ filter: /^\.{0,2}[/\\].*\.node$/ }, ({ path: file, resolveDir }) => ({
        path: path.resolve(resolveDir, file),
        external: true,
      }));
    },
  };
}

/**
 * The first line: what the program was started as, and where its own `require` looks for packages. Files
 * of CommonJS in an ES module find `require` as a global.
 */
function banner(model: string, format: NodeBundle['format'], hasCommonJs: boolean): string {
  const file = JSON.stringify(model);
  const own = `process.argv[1] = ${file};`;
  if (format === 'cjs') return `${own} require = require('node:module').createRequire(${file});`;
  if (!hasCommonJs) return own;
  return `import { createRequire as gradientLensRequire } from 'node:module'; ${own} globalThis.require ??= gradientLensRequire(${file});`;
}

const awaitsAtTop = (error: unknown): boolean =>
  error instanceof Error &&
  ((error as Partial<BuildFailure>).errors ?? []).some(({ text }) =>
    text.startsWith('Top-level await is currently not supported'),
  );

async function buildAs(
  esbuild: Esbuild,
  request: BundleRequest,
  format: NodeBundle['format'],
  hasCommonJs = false,
): Promise<NodeBundle> {
  const { model, unsaved } = request;
  const folder = path.dirname(model);
  const options = {
    entryPoints: [model],
    absWorkingDir: folder,
    outfile: path.join(folder, 'gradient-lens-bundle.js'),
    write: false,
    bundle: true,
    metafile: true,
    format,
    platform: 'node',
    packages: 'external',
    target: 'node20',
    keepNames: true,
    charset: 'utf8',
    legalComments: 'none',
    sourcemap: 'external',
    sourcesContent: false,
    sourceRoot: `${pathToFileURL(folder).href}/`,
    logLevel: 'silent',
    banner: { js: banner(model, format, hasCommonJs) },
    plugins: [ownPlaces(esbuild, request), unsavedFiles(unsaved)],
  } satisfies BuildOptions;
  const { outputFiles, metafile } = await esbuild.build(options);
  const inputs = Object.entries(metafile.inputs);
  const isMixed = format === 'esm' && inputs.some(([, input]) => input.format === 'cjs');
  if (isMixed && !hasCommonJs) return buildAs(esbuild, request, format, true);
  const text = (ending: string) =>
    outputFiles.find((file) => file.path.endsWith(ending))?.text ?? '';
  return {
    code: text('.js'),
    map: text('.map'),
    format,
    inputs: inputs.map(([input]) => path.resolve(folder, input)),
  };
}

/** Bundles a program for Node. Rejects with a ModelError only. */
export async function bundleForNode(
  service: Pick<EsbuildService, 'get'>,
  request: BundleRequest,
): Promise<NodeBundle> {
  await checkModel(request);
  const { esbuild } = await service.get();
  try {
    const format = formatOf(request.model);
    try {
      return await buildAs(esbuild, request, format);
    } catch (error) {
      if (format === 'esm' || !awaitsAtTop(error)) throw error;
      return await buildAs(esbuild, request, 'esm');
    }
  } catch (error) {
    throw toModelError(error, path.dirname(request.model));
  }
}
