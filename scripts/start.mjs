// `npm start`: set-up, build, and the main job: a VS Code with the extension that trains a model.
// Desktop VS Code where there is one; else a VS Code server to open in a browser; without a display
// that server driven here, for a bounded number of steps.
// Usage: node scripts/start.mjs [FILE] [--steps N] [--code VSCODE] [--headless]
import { ensureDependencies } from './lib/dependencies.mjs';
import { messageOf, progress } from './lib/log.mjs';
import { examples, relative, root } from './lib/paths.mjs';
import { readStartOptions } from './lib/startOptions.mjs';

/** @param {import('./lib/startOptions.mjs').StartOptions} options */
async function begin(options) {
  // Loaded late: these need the packages that the set-up has just installed.
  const { buildExtension } = await import('./lib/build.mjs');
  progress('Building the extension');
  await buildExtension();
  const { openDesktop, serveWindow, trainHeadless } = await import('./lib/startWindows.mjs');
  if (options.display && options.code) return openDesktop(options, options.code);
  return options.display ? serveWindow(options) : trainHeadless(options);
}

try {
  const options = readStartOptions(process.argv.slice(2));
  progress(`Gradient Lens: ${relative(options.file)}`);
  await Promise.all([ensureDependencies(root), ensureDependencies(examples)]);
  await begin(options);
  process.exit(0);
} catch (error) {
  console.error(messageOf(error));
  process.exit(1);
}
