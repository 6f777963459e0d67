// Makes the npm package of the command line and the types: out/npm/gradient-lens-VERSION.tgz.
// Usage: node scripts/packNpm.mjs
import { ensureDependencies } from './lib/dependencies.mjs';
import { messageOf, progress } from './lib/log.mjs';
import { relative, root } from './lib/paths.mjs';

try {
  await ensureDependencies(root);
  const { buildExtension } = await import('./lib/build.mjs');
  const { packNpm } = await import('./lib/npmPackage.mjs');
  await buildExtension();
  progress(relative(await packNpm()));
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
