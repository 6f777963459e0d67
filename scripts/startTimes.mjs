// From the click to the first gradient histogram, in a real VS Code, start by
// start and as medians. The first start of all is the window's own: VS Code loads what it needs for
// webviews then, so it stands apart.
// Usage: node scripts/startTimes.mjs [FILE] [--starts N] [--extension FOLDER …] [--json OUT]
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureDependencies } from './lib/dependencies.mjs';
import { messageOf, progress } from './lib/log.mjs';
import { examples, relative, root } from './lib/paths.mjs';

const STARTS = 5;
/** Milliseconds that the click may take to become a histogram, without the model's own warm-up. */
const TARGET_MS = 2000;

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      starts: { type: 'string', default: String(STARTS) },
      extension: { type: 'string', multiple: true },
      json: { type: 'string' },
    },
  });
  await Promise.all([ensureDependencies(root), ensureDependencies(examples)]);
  // Loaded late: these need the packages that the set-up has just installed.
  const { measureStarts, reportLines } = await import('./lib/startTimes.mjs');
  const { buildExtension } = await import('./lib/build.mjs');
  if (!values.extension) {
    progress('Building the extension');
    await buildExtension();
  }
  const file = path.resolve(positionals[0] ?? path.join(examples, 'mnist-cnn.model.ts'));
  const results = [];
  for (const extension of values.extension ?? [root]) {
    progress(`Starting ${relative(file)} with the extension in ${relative(extension)}`);
    const result = await measureStarts({
      file,
      extension: path.resolve(extension),
      count: Number(values.starts),
    });
    for (const line of reportLines(result, TARGET_MS)) console.log(line);
    results.push(result);
  }
  if (values.json) await writeFile(values.json, JSON.stringify(results, null, 2));
  process.exit(0);
} catch (error) {
  console.error(messageOf(error));
  process.exit(1);
}
