// Lint rules. The import blocks below enforce the one direction of imports that CONTRIBUTING.md
// draws: core <- tap, protocol <- { src, webview/panel, webview/runtime }.
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** One restriction per layer: the module patterns its files must not import, and why. */
const forbid = (files, patterns, ignores = []) => ({
  files,
  ignores,
  rules: { 'no-restricted-imports': ['error', { patterns }] },
});

const noVscode = {
  group: ['vscode'],
  message:
    'Only the extension host (src outside shared, run, sources, fixes, cli and the debug adapter) uses the VS Code API.',
};
const noTfjs = {
  group: ['@tensorflow/*'],
  allowTypeImports: false,
  message: 'tfjs is loaded only by webview/runtime.',
};
const noChart = {
  group: ['chart.js', 'chart.js/*'],
  message: 'Chart.js is used only by webview/panel.',
};
const noNode = { group: ['node:*'], message: 'Shared code and web pages run without Node.' };
// Not src/sources/webview, the host's side of it.
const noWebview = {
  regex: '(^|/)webview/(panel|runtime)(/|$)',
  message: 'The host never imports web code.',
};
const noRuntime = { group: ['**/runtime/**'], message: 'The panel receives the runtime as text.' };
const noPanel = { group: ['**/panel/**'], message: 'The runtime knows nothing of the panel.' };
const noHost = {
  regex: '/src/(?!shared/)',
  message: 'Web code shares only src/shared with the host.',
};

const tsRule = (files, patterns, ignores) => ({
  ...forbid(files, patterns, ignores),
  rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
});

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'out/**',
      '.cache/**',
      '**/node_modules/**',
      'examples/**',
      'test/fixtures/**',
      'test/ui/workspace/**',
      // AssemblyScript: its compiler and tsc check it.
      'webview/kernels/**',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: [
          'src/tsconfig.json',
          'webview/panel/tsconfig.json',
          'webview/runtime/tsconfig.json',
          'node/tsconfig.json',
          'test/tsconfig.json',
          'npm/tsconfig.json',
          'scripts/tsconfig.json',
          'bench/tsconfig.json',
          'bench/page/tsconfig.json',
          'bench/worker/tsconfig.json',
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      'no-console': 'error',
      eqeqeq: 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'max-lines': ['error', { max: 400 }],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
    },
  },
  tsRule(
    ['src/shared/core/**/*.ts'],
    [
      noVscode,
      noTfjs,
      noChart,
      noNode,
      noWebview,
      { group: ['**/tap/**', '**/protocol/**'], message: 'core imports nothing outside itself.' },
    ],
  ),
  tsRule(
    ['src/shared/tap/**/*.ts'],
    [
      noVscode,
      { ...noTfjs, allowTypeImports: true },
      noChart,
      noNode,
      noWebview,
      { group: ['**/protocol/**'], message: 'tap and protocol are siblings over core.' },
    ],
  ),
  tsRule(
    ['src/shared/protocol/**/*.ts'],
    [
      noVscode,
      noTfjs,
      noChart,
      noNode,
      noWebview,
      { group: ['**/tap/**'], message: 'tap and protocol are siblings over core.' },
    ],
  ),
  tsRule(
    ['src/shared/tensorboard/**/*.ts'],
    [
      noVscode,
      noTfjs,
      noChart,
      noNode,
      noWebview,
      { group: ['**/tap/**', '**/protocol/**'], message: 'tensorboard stands over core alone.' },
    ],
  ),
  tsRule(
    ['src/shared/charts/**/*.ts'],
    [
      noVscode,
      noTfjs,
      noChart,
      noNode,
      noWebview,
      { group: ['**/tap/**', '**/protocol/**'], message: 'Charts stand over core alone.' },
    ],
  ),
  tsRule(['src/**/*.ts'], [noTfjs, noChart, noWebview], ['src/shared/**']),
  // Without the editor: for the command line too.
  tsRule(
    [
      ...['src/fixes/**/*.ts', 'src/cli/**/*.ts', 'src/sources/**/*.ts', 'src/run/**/*.ts'],
      ...['src/store/**/*.ts', 'src/export/**/*.ts'],
    ],
    [noVscode, noTfjs, noChart, noWebview],
  ),
  // The engine of experiments; what ties it to the editor lies in src/experiments/editor.
  tsRule(
    ['src/experiments/{spec,search,stopping,runner,rateTest}/**/*.ts'],
    [noVscode, noTfjs, noChart, noWebview],
  ),
  // The debug adapter, but for its side towards the editor.
  tsRule(
    ['src/debug/**/*.ts'],
    [
      noVscode,
      noTfjs,
      noChart,
      noWebview,
      {
        regex:
          '^(\\.\\./)+(?!\\.\\.|run/|shared/|breakpoints|changes/|expression/|session/|variables/|walk/|debuggedRun$)',
        message: 'The debug adapter works over src/run and src/shared alone.',
      },
    ],
    ['src/debug/editor/**'],
  ),
  tsRule(['webview/panel/**/*.ts'], [noVscode, noTfjs, noNode, noRuntime, noHost]),
  tsRule(['webview/runtime/**/*.ts'], [noVscode, noChart, noNode, noPanel, noHost]),
  // In a process that trains: of the runtime, what is handed its tfjs and needs no worker around it.
  tsRule(
    ['node/**/*.ts'],
    [
      noVscode,
      { ...noTfjs, allowTypeImports: true },
      noChart,
      noHost,
      {
        regex:
          '(^|/)webview/(?!runtime/(statistics|diagnosis|countedRandom|backends/wasmCompletion)(/|$))',
        message: 'Of web code, only what takes its tfjs as a parameter runs in a process.',
      },
    ],
    ['node/runtimeHost.ts', 'node/runtimeHost/**'],
  ),
  // It is handed the runtime as text.
  tsRule(
    ['node/runtimeHost.ts', 'node/runtimeHost/**/*.ts'],
    [noVscode, noTfjs, noChart, noHost, noWebview],
  ),
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        URLSearchParams: 'readonly',
        Buffer: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        fetch: 'readonly',
        performance: 'readonly',
      },
    },
  },
);
