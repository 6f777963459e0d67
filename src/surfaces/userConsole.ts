// The output channel: what the user's program prints, run by run, beside our own log lines.
import type * as vscode from 'vscode';
import type { ModelRun } from '../api';

/** Most lines that one run may print; a loop that prints at every step must not fill the memory. */
const MAX_LINES = 20_000;

/** Writes a program's console to the output channel. */
export class UserConsole {
  private lines = 0;

  constructor(private readonly channel: vscode.LogOutputChannel) {}

  /** Heads the output of a new run. */
  begin(run: ModelRun): void {
    this.lines = 0;
    this.channel.info(`── ${run.path} · run ${run.id} · seed ${run.request.seed} ──`);
    void run.finished.then(() => {
      const end = run.error ? `failed: ${run.error.message}` : run.state;
      this.channel.info(`── ${run.path} · ${end} after ${run.currentStep} steps ──`);
    });
  }

  write(level: 'debug' | 'log' | 'info' | 'warn' | 'error', text: string): void {
    if (++this.lines > MAX_LINES) {
      if (this.lines === MAX_LINES + 1) {
        this.channel.warn(`The program printed ${MAX_LINES} lines; the rest is left out.`);
      }
      return;
    }
    this.channel[level === 'log' ? 'info' : level](text);
  }
}
