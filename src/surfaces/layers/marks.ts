// In the gutter and on the overview ruler: the lines whose layers a finding is about.
import * as vscode from 'vscode';
import { readSetting, onSettingChange } from '../../platform/settings';
import type { Severity } from '../../shared/core/finding';
import type { RunLayers } from './runLayers';
import { findingsOn } from './words';

const RULER: Record<Severity, string> = {
  error: 'editorOverviewRuler.errorForeground',
  warning: 'editorOverviewRuler.warningForeground',
  information: 'editorOverviewRuler.infoForeground',
};
const SEVERITIES = Object.keys(RULER) as Severity[];

/** Draws the marks of all visible editors. */
export class LayerMarks implements vscode.Disposable {
  private readonly types: Record<Severity, vscode.TextEditorDecorationType>;
  private readonly subscriptions: vscode.Disposable[];
  /** What was drawn last, by editor. */
  private readonly drawn = new WeakMap<vscode.TextEditor, string>();

  constructor(
    private readonly layers: RunLayers,
    extensionUri: vscode.Uri,
  ) {
    const typeOf = (severity: Severity): vscode.TextEditorDecorationType =>
      vscode.window.createTextEditorDecorationType({
        gutterIconPath: vscode.Uri.joinPath(extensionUri, 'media', 'gutter', `${severity}.svg`),
        gutterIconSize: 'contain',
        overviewRulerColor: new vscode.ThemeColor(RULER[severity]),
        overviewRulerLane: vscode.OverviewRulerLane.Left,
        rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
      });
    this.types = {
      error: typeOf('error'),
      warning: typeOf('warning'),
      information: typeOf('information'),
    };
    this.subscriptions = [
      layers.onDidChange(() => this.draw()),
      vscode.window.onDidChangeVisibleTextEditors(() => this.draw()),
      onSettingChange('layerHints.enabled', () => this.draw()),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions, ...Object.values(this.types)).dispose();
  }

  private draw(): void {
    for (const editor of vscode.window.visibleTextEditors) {
      const ranges: Record<Severity, vscode.Range[]> = { error: [], warning: [], information: [] };
      const { document } = editor;
      if (readSetting('layerHints.enabled', document.uri)) {
        for (const { run, line, layers } of this.layers.linesOf(document)) {
          const names = layers.map(({ name }) => name);
          const [worst] = findingsOn(names, run.findings);
          if (worst) ranges[worst.severity].push(new vscode.Range(line, 0, line, 0));
        }
      }
      // Drawing the same again would take an open hover away.
      const key = SEVERITIES.map((s) => ranges[s].map(({ start }) => start.line).join()).join(' ');
      if (this.drawn.get(editor) === key) continue;
      this.drawn.set(editor, key);
      for (const severity of SEVERITIES) {
        editor.setDecorations(this.types[severity], ranges[severity]);
      }
    }
  }
}
