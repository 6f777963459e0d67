// Bundles a model file, with everything it imports, into the one text that the training worker runs.
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Loader, Plugin } from 'esbuild';
import { toModelError } from './bundleErrors';
import type { EsbuildService } from './esbuildLoader';
import { ModelError } from './modelError';
import { MODEL_EXTENSIONS } from './recognise';
import { BundleMap } from './sourceMap';
import { ENTRY_FILE, ENTRY_SOURCE, virtualModules } from './virtualModules';

/** What to bundle. */
export interface BundleRequest {
  /** Absolute path of the model file. */
  model: string;
  /** Text of files with unsaved changes, by absolute path; used instead of what is on disk. */
  unsaved: ReadonlyMap<string, string>;
}

/** A bundled model. */
export interface Bundle {
  /** An ES module without imports or exports, which calls `__gradientLens.program`. */
  code: string;
  map: BundleMap;
  /** Absolute paths of the user's files in it, dependencies not. */
  inputs: string[];
  /** Of the code; the same for the same program. */
  hash: string;
  /** Milliseconds that bundling took. */
  ms: number;
}

const LOADERS: Record<string, Loader> = {
  '.csv': 'text',
  '.tsv': 'text',
  '.txt': 'text',
  '.bin': 'binary',
};

const LOADER_BY_EXTENSION: Record<string, Loader> = {
  '.js': 'jsx',
  '.mjs': 'js',
  '.cjs': 'js',
  '.jsx': 'jsx',
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
  '.json': 'json',
  ...LOADERS,
};

/** Same file, whatever the slashes, and whatever the case where the file system ignores it. */
export const fileKey = (file: string) => {
  const normal = path.normalize(file);
  return process.platform === 'win32' ? normal.toLowerCase() : normal;
};

/** Serves unsaved editors. The filter names only those files: every other load stays inside esbuild. */
export function unsavedFiles(unsaved: ReadonlyMap<string, string>): Plugin {
  const texts = new Map([...unsaved].map(([file, text]) => [fileKey(file), text]));
  const names = [...unsaved.keys()].map((file) => path.basename(file));
  return {
    name: 'gradient-lens-unsaved-files',
    setup(build) {
      if (names.length === 0) return;
      const escaped = names.map((name) => name.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&'));
      const filter = new RegExp(`(?:${escaped.join('|')})$`);
      build.onLoad({ filter, namespace: 'file' }, ({ path: file }) => {
        const contents = texts.get(fileKey(file));
        const loader = LOADER_BY_EXTENSION[path.extname(file).toLowerCase()];
        return contents === undefined || !loader ? undefined : { contents, loader };
      });
    },
  };
}

/** Rejects with {@link ModelError} where there is no file, or one that cannot be trained. */
export async function checkModel({ model, unsaved }: BundleRequest): Promise<void> {
  const name = path.basename(model);
  if (!MODEL_EXTENSIONS.test(model)) {
    throw new ModelError(
      'unsupported-file',
      `${name} is not a JavaScript or TypeScript file. Gradient Lens trains .js, .mjs, .cjs, .ts, .mts and .cts files.`,
    );
  }
  if ([...unsaved.keys()].some((file) => fileKey(file) === fileKey(model))) return;
  const found = await stat(model).catch(() => undefined);
  if (!found?.isFile()) {
    throw new ModelError('missing-file', `The model file ${model} does not exist (any more).`);
  }
}

/** Bundles a model. Rejects with {@link ModelError} only. */
export async function bundleModel(
  service: Pick<EsbuildService, 'get'>,
  request: BundleRequest,
): Promise<Bundle> {
  const started = performance.now();
  const folder = path.dirname(request.model);
  await checkModel(request);
  const { esbuild } = await service.get();
  try {
    const result = await esbuild.build({
      stdin: { contents: ENTRY_SOURCE, resolveDir: folder, sourcefile: ENTRY_FILE, loader: 'js' },
      absWorkingDir: folder,
      outfile: path.join(folder, 'gradient-lens-bundle.js'),
      write: false,
      bundle: true,
      format: 'esm',
      platform: 'browser',
      target: 'esnext',
      keepNames: true,
      charset: 'utf8',
      legalComments: 'none',
      sourcemap: 'external',
      sourcesContent: false,
      metafile: true,
      logLevel: 'silent',
      loader: LOADERS,
      define: {
        global: 'globalThis',
        // A blob has no place of its own: addresses beside the model are what the program means.
        'import.meta.url': JSON.stringify(pathToFileURL(request.model).href),
      },
      plugins: [virtualModules(request.model), unsavedFiles(request.unsaved)],
    });
    const text = (ending: string) =>
      result.outputFiles.find((file) => file.path.endsWith(ending))?.text ?? '';
    const code = text('.js');
    return {
      code,
      map: new BundleMap(text('.map'), folder),
      inputs: Object.keys(result.metafile.inputs)
        .filter((input) => !input.includes('gradient-lens-') && !input.includes('node_modules/'))
        .map((input) => path.resolve(folder, input)),
      hash: createHash('sha256').update(code).digest('hex').slice(0, 16),
      ms: performance.now() - started,
    };
  } catch (error) {
    throw toModelError(error, folder);
  }
}
