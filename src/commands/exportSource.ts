// What an export has of a run beside its records: when it began and as which source, from its folder where it is kept.
import type { ExportedRun } from '../export/exportedRun';
import { versionsNow } from '../platform/runStore';
import type { SourceLocation } from '../shared/core/run';
import type { RunManifest } from '../store/manifest';
import { readManifest } from '../store/manifestFile';
import type { ShownRun } from '../surfaces/panel/shownRun';
import type { CommandContext } from './context';

/** Lines of the model as it was trained; other files may have changed since, and are not quoted. */
function linesOf({ model }: RunManifest): ExportedRun['sourceLine'] {
  const { path, text } = model;
  if (text === undefined) return undefined;
  const lines = text.split(/\r?\n/);
  return ({ file, line }: SourceLocation) =>
    file === path || file.endsWith(`/${path}`) ? lines[line - 1] : undefined;
}

async function manifestOf({ runs, log }: CommandContext, id: string) {
  const folder = await runs.folderOf(id);
  if (!folder) return undefined;
  try {
    return await readManifest(folder.fsPath);
  } catch (error) {
    // The export says less; the run itself is there.
    log.warn(String(error));
    return undefined;
  }
}

/** A run with what its folder says of it. */
export async function exportedRun(context: CommandContext, run: ShownRun): Promise<ExportedRun> {
  const [manifest, summaries] = await Promise.all([
    manifestOf(context, run.id),
    context.runs.runs(),
  ]);
  const summary = summaries.get(run.id);
  const sourceLine = manifest && linesOf(manifest);
  return {
    view: run.view(),
    history: run.history,
    ...(summary && { startedAt: summary.startedAt, labels: summary.labels }),
    ...(sourceLine && { sourceLine }),
    ...(manifest?.model.git && { git: manifest.model.git }),
    ...(manifest?.versions.tfjs !== undefined && { tfjs: manifest.versions.tfjs }),
    version: versionsNow().gradientLens,
  };
}
