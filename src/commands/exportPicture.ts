// Saves a chart that a page has drawn, as SVG or PNG, whichever the user chooses in the dialog.
import * as vscode from 'vscode';
import { fileNameOf } from '../export/fileName';
import { messageOf } from '../model/modelError';
import { loadExporter } from '../platform/exporter';
import type { FromPanel } from '../shared/protocol/panel';
import type { ShownRun } from '../surfaces/panel/shownRun';
import type { CommandContext } from './context';
import { askPlace, tellSaved } from './saveFile';

/** Checks the picture, asks where it goes, and writes it. Never rejects: failures are told to the user. */
export async function exportPicture(
  { log, tell, extensionUri }: Pick<CommandContext, 'log' | 'tell' | 'extensionUri'>,
  run: ShownRun,
  { name, svg, png }: Extract<FromPanel, { type: 'picture' }>,
): Promise<void> {
  try {
    const { checkPng, checkSvg } = loadExporter(extensionUri);
    checkSvg(svg);
    checkPng(new Uint8Array(png));
    const filters = { SVG: ['svg'], PNG: ['png'] };
    const target = await askPlace(run.model, `${fileNameOf(name)}.svg`, filters);
    if (!target) return;
    const isPng = target.path.toLowerCase().endsWith('.png');
    const content = isPng ? new Uint8Array(png) : Buffer.from(`${svg}\n`, 'utf8');
    await vscode.workspace.fs.writeFile(target, content);
    tellSaved(target, log);
  } catch (error) {
    tell(messageOf(error));
  }
}
