// Builds dist/: the extension, its fixes and its debug adapter (Node), the training runtime (worker), which the panel page
// fetches as text because webview workers start only from blobs, and the page with the small WebGL
// probe in it.
// Usage: node esbuild.mjs [--watch] [--dev]
import { build, context } from 'esbuild';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

const watch = process.argv.includes('--watch');
const dev = watch || process.argv.includes('--dev');
const root = import.meta.dirname;
const require = createRequire(import.meta.url);

const common = {
  bundle: true,
  absWorkingDir: root,
  minify: !dev,
  sourcemap: dev ? 'linked' : false,
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
};

const runtime = {
  ...common,
  entryPoints: ['webview/runtime/worker.ts'],
  outfile: 'dist/runtime.js',
  platform: 'browser',
  // ES modules first: a CommonJS tfjs-core beside the ES one would be a second instance.
  mainFields: ['module', 'main'],
  format: 'iife',
  target: 'es2022',
  sourcemap: false,
  define: { 'process.env.NODE_ENV': '"production"' },
};

/** `import text from 'gradient-lens:probe'` gives the WebGL probe, a worker too, as a string. */
const probeText = {
  name: 'probe-text',
  setup(b) {
    b.onResolve({ filter: /^gradient-lens:probe$/ }, () => ({
      path: path.join(root, 'webview/runtime/probe.ts'),
      namespace: 'probe-text',
    }));
    b.onLoad({ filter: /.*/, namespace: 'probe-text' }, async ({ path: file }) => {
      const built = await build({
        ...runtime,
        entryPoints: [file],
        outfile: undefined,
        write: false,
      });
      return {
        contents: built.outputFiles[0].text,
        loader: 'text',
        watchFiles: Object.keys(built.metafile.inputs).map((input) => path.join(root, input)),
      };
    });
  },
};

const panel = {
  ...common,
  entryPoints: ['webview/panel/main.ts'],
  outfile: 'dist/panel.js',
  platform: 'browser',
  format: 'iife',
  target: 'es2022',
  loader: { '.css': 'css' },
  plugins: [probeText],
};

const extension = {
  ...common,
  entryPoints: ['src/extension.ts'],
  outfile: 'dist/extension.js',
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode', 'esbuild', 'esbuild-wasm'],
};

/** With TypeScript's parser in it, which is large: the extension loads it on first use. */
const fixes = {
  ...common,
  entryPoints: ['src/fixes/index.ts'],
  outfile: 'dist/fixes.js',
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  sourcemap: false,
};

/** The debug adapter of trainings: the extension loads it with the first session. */
const trainingSession = {
  ...fixes,
  entryPoints: ['src/debug/trainingSession.ts'],
  outfile: 'dist/trainingSession.js',
};

/** What writes exports: the extension loads it with the first one. */
const exporter = {
  ...fixes,
  entryPoints: ['src/export/index.ts'],
  outfile: 'dist/export.js',
};

/** The command line, and the training runtime in a Node thread that it uses. */
const cli = {
  ...common,
  entryPoints: ['src/cli/main.ts'],
  outfile: 'dist/cli.cjs',
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  banner: { js: '#!/usr/bin/env node' },
  external: ['esbuild', 'esbuild-wasm', 'playwright-core'],
};

const nodeRuntime = {
  ...common,
  entryPoints: ['node/runtimeHost.ts'],
  outfile: 'dist/nodeRuntime.cjs',
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  sourcemap: false,
};

/** The page in which the command line trains on WebGL. */
const headless = {
  ...common,
  entryPoints: ['webview/panel/headless.ts'],
  outfile: 'dist/headless.js',
  platform: 'browser',
  format: 'iife',
  target: 'es2022',
  sourcemap: false,
  plugins: [probeText],
};

/** Loaded by Node before a program that trains under the lens. */
const nodeTap = {
  ...common,
  entryPoints: ['node/preload.ts'],
  outfile: 'dist/nodeTap.cjs',
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  sourcemap: false,
};

/** What a debugger evaluates in a process that runs without the preload, to look at its tensors. */
const inspect = {
  ...common,
  entryPoints: ['node/inspect.ts'],
  outfile: 'dist/inspect.js',
  platform: 'neutral',
  format: 'iife',
  target: 'es2022',
  sourcemap: false,
};

/** The page that shows one value of a stopped program. */
const inspection = {
  ...panel,
  entryPoints: ['webview/panel/inspection/main.ts'],
  outfile: 'dist/inspection.js',
  plugins: [],
};

/** The page that compares runs. */
const compare = {
  ...inspection,
  entryPoints: ['webview/panel/compare/main.ts'],
  outfile: 'dist/compare.js',
};

/** The page of an experiment. */
const experiment = {
  ...inspection,
  entryPoints: ['webview/panel/experiment/main.ts'],
  outfile: 'dist/experiment.js',
};

const ALL = [
  ...[nodeTap, runtime, panel, extension, fixes, cli, nodeRuntime, headless],
  ...[inspect, inspection, compare, experiment, trainingSession, exporter],
];

async function copyWasm() {
  const folder = path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
  await mkdir(path.join(root, 'dist'), { recursive: true });
  await copyFile(
    path.join(folder, 'dist/tfjs-backend-wasm-simd.wasm'),
    path.join(root, 'dist/tfjs-backend-wasm-simd.wasm'),
  );
}

async function watchAll() {
  await copyWasm();
  for (const options of ALL) {
    const ctx = await context(options);
    await ctx.rebuild();
    await ctx.watch();
  }
  console.log('watching');
}

async function buildAll() {
  await rm(path.join(root, 'dist'), { recursive: true, force: true });
  await copyWasm();
  // All to their end: what one reports must not hide what another would.
  const results = await Promise.allSettled(ALL.map((one) => build(one)));
  // esbuild has printed each error with its place; its exception would only repeat them.
  if (results.some(({ status }) => status === 'rejected')) process.exitCode = 1;
}

await (watch ? watchAll() : buildAll());
