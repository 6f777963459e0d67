// Makes the .vsix. It ships esbuild, which bundles the user's model: the native one in packages for
// one platform, esbuild-wasm (slower, runs everywhere) in the universal package.
// Usage: node scripts/package.mjs [--target universal|linux-x64|darwin-arm64|…|all]
import { parseArgs } from 'node:util';
import { ensureDependencies } from './lib/dependencies.mjs';
import { messageOf, progress } from './lib/log.mjs';
import { root } from './lib/paths.mjs';

const { values } = parseArgs({ options: { target: { type: 'string', default: 'universal' } } });

try {
  await ensureDependencies(root);
  const { buildExtension } = await import('./lib/build.mjs');
  const { packageExtension } = await import('./lib/packaging.mjs');
  const { TARGETS } = await import('./lib/vendorEsbuild.mjs');
  await buildExtension();
  for (const target of values.target === 'all' ? TARGETS : [values.target]) {
    await packageExtension({ target, print: progress });
  }
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
