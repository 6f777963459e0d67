// `npm run test:desktop`: the integration suite in a desktop VS Code, found by --code or
// GRADIENT_LENS_VSCODE, or downloaded by @vscode/test-electron into .cache/. Needs a display.
// Usage: node scripts/testDesktop.mjs [--code VSCODE]
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureDependencies } from './lib/dependencies.mjs';
import { messageOf, progress } from './lib/log.mjs';
import { cache, root } from './lib/paths.mjs';

const { values } = parseArgs({ options: { code: { type: 'string' } } });

try {
  await ensureDependencies(root);
  const { runTests } = await import('@vscode/test-electron');
  const { buildExtension } = await import('./lib/build.mjs');
  const { bundleIntegration } = await import('./lib/bundleTests.mjs');
  const { copyWorkspace } = await import('./lib/workspaces.mjs');
  await buildExtension();
  const workspace = await copyWorkspace('desktop', path.join(root, 'test/fixtures/workspace'));
  const code = values.code ?? process.env['GRADIENT_LENS_VSCODE'];
  progress(code ? `Using ${code}` : 'Downloading a desktop VS Code unless it is cached');
  await runTests({
    ...(code ? { vscodeExecutablePath: code } : {}),
    cachePath: path.join(cache, 'vscode-desktop'),
    extensionDevelopmentPath: root,
    extensionTestsPath: await bundleIntegration(),
    launchArgs: [
      workspace,
      '--disable-workspace-trust',
      `--user-data-dir=${path.join(cache, 'desktop-tests/data')}`,
      `--extensions-dir=${path.join(cache, 'desktop-tests/extensions')}`,
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  });
} catch (error) {
  console.error(
    `${messageOf(error)}\nWhere no VS Code can be downloaded, name an installed one: ` +
      '`npm run test:desktop -- --code /path/to/code` (the executable, not its shell script).',
  );
  process.exitCode = 1;
}
