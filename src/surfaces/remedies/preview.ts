// The difference that a fix makes, beside the source, and the question whether it is wanted. The
// editor's own preview of refactorings would have every single edit ticked by hand.
import path from 'node:path';
import * as vscode from 'vscode';
import type { Fixes } from '../../platform/fixesService';
import type { RemedyPlan } from './plan';

/** Scheme of the documents on the right of the difference. */
const SCHEME = 'gradient-lens-fix';

/** Shows plans before they are applied. */
export class FixPreview implements vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly subscription: vscode.Disposable;
  private serial = 0;

  constructor(private readonly fixes: () => Pick<Fixes, 'applyEdits'>) {
    this.subscription = vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      provideTextDocumentContent: (uri) => this.texts.get(uri.toString()) ?? '',
    });
  }

  /** Opens the difference and asks; true where the user wants it. It is closed afterwards. */
  async confirm(plan: Pick<RemedyPlan, 'title' | 'files'>): Promise<boolean> {
    const shown = await this.show(plan);
    try {
      return await ask(plan.title, shown);
    } finally {
      await close(shown);
      for (const uri of shown) this.texts.delete(uri);
    }
  }

  dispose(): void {
    this.subscription.dispose();
  }

  /** Opens one difference per file; gives the addresses of their right sides. */
  private async show({ title, files }: Pick<RemedyPlan, 'title' | 'files'>): Promise<Set<string>> {
    const serial = String(++this.serial);
    const shown = new Set<string>();
    for (const { file, text, edits } of files) {
      const original = vscode.Uri.file(file);
      const fixed = original.with({ scheme: SCHEME, query: serial });
      this.texts.set(fixed.toString(), this.fixes().applyEdits(text, edits));
      shown.add(fixed.toString());
      await vscode.commands.executeCommand(
        'vscode.diff',
        original,
        fixed,
        `${path.posix.basename(file)}: ${title}`,
        // A preview tab would take the place of the source's, if that is one too.
        { preview: false, viewColumn: columnOf(original) } satisfies vscode.TextDocumentShowOptions,
      );
    }
    return shown;
  }
}

/** Where the source is open: not over the panel, whose button may have asked. */
function columnOf(source: vscode.Uri): vscode.ViewColumn {
  const group = vscode.window.tabGroups.all.find(({ tabs }) =>
    tabs.some(
      ({ input }) =>
        input instanceof vscode.TabInputText && input.uri.toString() === source.toString(),
    ),
  );
  return group?.viewColumn ?? vscode.ViewColumn.One;
}

/** Tabs that show one of these right sides. */
function tabsOf(shown: ReadonlySet<string>): vscode.Tab[] {
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(
      ({ input }) =>
        input instanceof vscode.TabInputTextDiff && shown.has(input.modified.toString()),
    );
}

async function close(shown: ReadonlySet<string>): Promise<void> {
  const tabs = tabsOf(shown);
  if (tabs.length > 0) await vscode.window.tabGroups.close(tabs, true);
}

/** Asks above the difference, so that it can be scrolled meanwhile; closing it is a no. */
function ask(title: string, shown: ReadonlySet<string>): Promise<boolean> {
  const apply: vscode.QuickPickItem = { label: '$(check) Apply', description: title };
  const discard: vscode.QuickPickItem = { label: '$(discard) Discard' };
  const pick = vscode.window.createQuickPick();
  pick.title = 'Apply this change to the source?';
  pick.placeholder = 'The editor shows the difference';
  pick.items = [apply, discard];
  pick.ignoreFocusOut = true;
  return new Promise<boolean>((resolve) => {
    const subscriptions = [
      pick,
      pick.onDidAccept(() => done(pick.activeItems[0] === apply)),
      pick.onDidHide(() => done(false)),
      vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
        if (closed.length > 0 && tabsOf(shown).length === 0) done(false);
      }),
    ];
    const done = (isWanted: boolean): void => {
      resolve(isWanted);
      for (const subscription of subscriptions) subscription.dispose();
    };
    pick.show();
  });
}
