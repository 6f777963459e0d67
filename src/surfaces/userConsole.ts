// The output channel: what the user's program prints, run by run, beside our own log lines.
import * as vscode from 'vscode';
import type { ModelRun } from '../api';

/** Most lines that one run may print; a loop that prints at every step must not fill the memory. */
const MAX_LINES = 20_000;

type Level = 'debug' | 'log' | 'info' | 'warn' | 'error';

/** Something that the program of a run has printed. */
export interface PrintedText {
  runId: string;
  level: Level;
  text: string;
}

/** Writes a program's console to the output channel. */
export class UserConsole implements vscode.Disposable {
  private lines = 0;
  private readonly written = new vscode.EventEmitter<PrintedText>();

  constructor(private readonly channel: vscode.LogOutputChannel) {}

  /** A program has printed something. */
  get onDidWrite(): vscode.Event<PrintedText> {
    return this.written.event;
  }

  dispose(): void {
    this.written.dispose();
  }

  /** Heads the output of a new run. */
  begin(run: ModelRun): void {
    this.lines = 0;
    this.channel.info(`── ${run.path} · run ${run.id} · seed ${run.request.seed} ──`);
    void run.finished.then(() => {
      const end = run.error ? `failed: ${run.error.message}` : run.state;
      this.channel.info(`── ${run.path} · ${end} after ${run.currentStep} steps ──`);
    });
  }

  write(runId: string, level: Level, text: string): void {
    this.written.fire({ runId, level, text });
    if (++this.lines > MAX_LINES) {
      if (this.lines === MAX_LINES + 1) {
        this.channel.warn(`The program printed ${MAX_LINES} lines; the rest is left out.`);
      }
      return;
    }
    this.channel[level === 'log' ? 'info' : level](text);
  }
}
