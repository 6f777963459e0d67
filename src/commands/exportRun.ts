// Exports a run: as a report, as CSV, as JSON. Asks for the form and the place; a caller may name both.
import * as vscode from 'vscode';
import { ExportError } from '../export/exportError';
import { fileNameOf } from '../export/fileName';
import { loadExporter, type Exporter } from '../platform/exporter';
import { shownRun, type ShownRun } from '../surfaces/panel/shownRun';
import { chosenRuns } from './chosenRuns';
import type { Command, CommandContext } from './context';
import { exportedRun } from './exportSource';
import { askPlace, tellSaved, writeText } from './saveFile';

type Writers = 'htmlReport' | 'stepsCsv' | 'tensorsCsv' | 'runJson';

interface Form extends vscode.QuickPickItem {
  form: 'html' | 'csv' | 'tensors' | 'json';
  extension: string;
  filter: string;
  write: Writers;
}

const FORMS: readonly Form[] = [
  {
    ...{ form: 'html', extension: 'html', filter: 'HTML report', write: 'htmlReport' },
    label: '$(book) Report',
    detail: 'One HTML file with findings, charts and tables, to read, print or send',
  },
  {
    ...{ form: 'csv', extension: 'csv', filter: 'CSV', write: 'stepsCsv' },
    label: '$(table) CSV, a row per step',
    detail: 'Loss, metrics, learning rate; per layer gradient norm, weight norm, update ratio',
  },
  {
    ...{ form: 'tensors', extension: 'tensors.csv', filter: 'CSV', write: 'tensorsCsv' },
    label: '$(list-flat) CSV, a row per step and tensor',
    detail: 'Every statistic of every tensor, in the long form of data frames',
  },
  {
    ...{ form: 'json', extension: 'json', filter: 'JSON', write: 'runJson' },
    label: '$(json) JSON',
    detail: 'Everything, histograms among it, as gradient-lens train --json writes it',
  },
];

/** What a caller may say beside the run: its form and its place. */
interface Named {
  form: Form;
  target: vscode.Uri;
}

function named(value: unknown): Named | undefined {
  const { form: wanted, target } = (value ?? {}) as { form?: unknown; target?: unknown };
  const form = FORMS.find((known) => known.form === wanted);
  return form && target instanceof vscode.Uri ? { form, target } : undefined;
}

/** The run that is meant: one that is named, else the current one, else one that the user picks. */
async function runOf(context: CommandContext, args: unknown[]): Promise<ShownRun | undefined> {
  const { registry, panels, current } = context;
  const [id] = args;
  const shown = typeof id === 'string' ? await panels.find(id) : undefined;
  if (shown) return shown;
  if (id === undefined && current.value) return shownRun(current.value);
  const [chosen] = await chosenRuns(context, args, 'Run to export');
  if (!chosen) return undefined;
  const live = registry.byId(chosen.id);
  const found = live ? shownRun(live) : await panels.find(chosen.id);
  if (found) return found;
  throw new ExportError(
    'nothing-recorded',
    `The run ${chosen.id} cannot be read. The output of Gradient Lens says why.`,
  );
}

/** Writes the run where the user says. Resolves with the place, or with undefined where the user gave up. */
export const exportRun: Command = async (context, ...args) => {
  const run = await runOf(context, args);
  if (!run) return undefined;
  const given = named(args[1]);
  const form =
    given?.form ??
    (await vscode.window.showQuickPick(FORMS, { placeHolder: `Export ${run.title} as` }));
  if (!form) return undefined;
  const exported = await exportedRun(context, run);
  if (run.history.step === 0 && form.form !== 'html') {
    throw new ExportError(
      'nothing-recorded',
      `${run.title} has not taken a step yet: train first.`,
    );
  }
  const name = `${fileNameOf(exported.labels?.name ?? run.title)}.${form.extension}`;
  const filters = { [form.filter]: [form.extension.split('.').at(-1) ?? ''] };
  const target = given?.target ?? (await askPlace(run.model, name, filters));
  if (!target) return undefined;
  const exporter: Exporter = loadExporter(context.extensionUri);
  const parts = exporter[form.write](exported);
  const isWritten = await writeText(exporter, target, parts, `Exporting ${run.title}`);
  if (!isWritten) return undefined;
  if (!given) tellSaved(target, context.log);
  return target;
};
