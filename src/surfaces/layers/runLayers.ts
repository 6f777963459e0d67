// The layers of the newest run of each model, beside their source: pulses and lines, kept current.
import * as vscode from 'vscode';
import type { ModelRun } from '../../api';
import { forwardSlashes } from '../../model/sourceMap';
import type { RunRegistry } from '../../run/runRegistry';
import { isTrial } from '../../trial';
import type { ShownStep } from '../../shared/protocol/panel';
import { recordAt } from '../panel/shownStep';
import type { LineEdit } from '../problemEntries';
import type { TrainedTexts } from '../trainedTexts';
import { LayerLines, type LayerLine } from './lines';
import { Pulses, type LayerPulse } from './pulse';

/** One line of a file with the layers that it builds and what they do. */
export interface LineState {
  run: ModelRun;
  line: number;
  layers: readonly { name: string; pulse: LayerPulse }[];
  /** Where a debugger looks: the numbers of the layers are of that step. */
  stopped?: ShownStep;
}

/**
 * Milliseconds between two changes of what is shown: more often distracts from reading the code, and
 * a hint that changes takes an open hover away.
 */
const INTERVAL_MS = 3000;
/** Milliseconds that a hover may be read in peace. */
const READING_MS = 10_000;

/** The part of one run. */
class Followed {
  readonly pulses = new Pulses();
  readonly lines = new LayerLines();
  private readonly subscriptions: { dispose(): void }[];

  constructor(
    readonly run: ModelRun,
    changed: () => void,
    moved: () => void,
  ) {
    let cursor = run.debug?.cursor;
    this.subscriptions = [
      run.onDidStep((record) => {
        this.pulses.note(record);
        changed();
      }),
      run.onDidChangeFindings(changed),
      run.onDidChangeState(changed),
      run.onDidChange(() => {
        if (run.debug?.cursor === cursor) return;
        cursor = run.debug?.cursor;
        moved();
      }),
    ];
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}

/** Follows the newest run of each model. */
export class RunLayers implements vscode.Disposable {
  private readonly byModel = new Map<string, Followed>();
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly stopped = new vscode.EventEmitter<void>();
  private readonly subscriptions: { dispose(): void }[];
  private timer: NodeJS.Timeout | undefined;
  private heldUntil = 0;

  constructor(
    registry: RunRegistry<ModelRun>,
    private readonly trained: TrainedTexts,
  ) {
    this.subscriptions = [
      registry.onDidStartRun((run) => this.begin(run)),
      vscode.workspace.onDidChangeTextDocument((event) => this.follow(event)),
    ];
  }

  /** What stands on some line has changed; every few seconds at most. */
  get onDidChange(): vscode.Event<void> {
    return this.changed.event;
  }

  /** A debugger looks at another place. */
  get onDidStop(): vscode.Event<void> {
    return this.stopped.event;
  }

  /** A hover is being read: what is shown stays for a while. */
  hold(): void {
    this.heldUntil = Date.now() + READING_MS;
  }

  /** The lines of a document that build layers which have trained. */
  linesOf(document: vscode.TextDocument): LineState[] {
    const file = forwardSlashes(document.uri.fsPath);
    return [...this.byModel.values()].flatMap(({ run, lines, pulses }) => {
      lines.setLayers(run.layers);
      const stopped = run.debug?.cursor;
      const record = stopped && recordAt(run.history.records, stopped.step);
      return lines.in(file).flatMap(({ line, layers }: LayerLine) => {
        const known = layers.flatMap((name) => {
          const pulse = pulses.of(name);
          if (!pulse || !record) return pulse ? [{ name, pulse }] : [];
          const latest = record.layers[name];
          return latest ? [{ name, pulse: { ...pulse, latest, step: record.step } }] : [];
        });
        return known.length > 0 ? [{ run, line, layers: known, ...(stopped && { stopped }) }] : [];
      });
    });
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const subscription of this.subscriptions) subscription.dispose();
    for (const followed of this.byModel.values()) followed.dispose();
    this.byModel.clear();
    this.changed.dispose();
    this.stopped.dispose();
  }

  private begin(run: ModelRun): void {
    if (isTrial(run)) return;
    const key = run.model.toString();
    this.byModel.get(key)?.dispose();
    const moved = (): void => {
      this.stopped.fire();
      this.changed.fire();
    };
    this.byModel.set(key, new Followed(run, () => this.schedule(), moved));
    this.schedule();
  }

  private follow({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const edits = contentChanges.map(({ range, text }): LineEdit => ({
      startLine: range.start.line,
      endLine: range.end.line,
      newLines: text.split('\n').length - 1,
    }));
    const file = forwardSlashes(document.uri.fsPath);
    for (const { run, lines } of this.byModel.values()) {
      if (edits.length > 0 && this.trained.isShownBy(run, document)) {
        lines.restore(file, run.layers);
        continue;
      }
      lines.setLayers(run.layers);
      lines.edit(file, edits);
    }
    if (edits.length > 0) this.changed.fire();
  }

  private schedule(): void {
    const wait = Math.max(INTERVAL_MS, this.heldUntil - Date.now());
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      if (Date.now() < this.heldUntil) this.schedule();
      else this.changed.fire();
    }, wait);
  }
}
