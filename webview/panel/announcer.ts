// What a screen reader is told without asking: the run's state, where a debugger has stopped, new findings,
// ends of epochs. Never single steps that pass, and at most one sentence every two seconds.
import type { PanelState } from './state';
import { element } from './dom';
import { formatValue } from '../../src/shared/charts/format';
import { cursorWords, stateWord } from './views/words';

const MIN_GAP_MS = 2000;

export class Announcer {
  readonly root = element('div', 'visually-hidden', { role: 'status', 'aria-live': 'polite' });
  private runId: string | undefined;
  private state = '';
  private epoch = 0;
  private stop = '';
  private readonly findings = new Set<string>();
  private waiting: string[] = [];
  private timer: number | undefined;

  /** Compares with what was said last. */
  update({ view, curves }: PanelState): void {
    if (view === undefined) return;
    const changedRun = this.runId !== view.id;
    if (changedRun) {
      this.runId = view.id;
      this.findings.clear();
      this.waiting = [];
      this.state = '';
      this.epoch = curves.epochs.at(-1)?.epoch ?? 0;
      this.stop = '';
    }
    const stop = view.cursor?.phase === undefined ? '' : cursorWords(view);
    if (stop !== this.stop) {
      this.stop = stop;
      if (stop !== '') this.say(stop);
    }
    if (view.state !== this.state) {
      this.state = view.state;
      this.say(`${view.title}: ${stateWord(view)}`);
    }
    for (const finding of view.findings) {
      const key = `${finding.rule}/${finding.layer ?? ''}/${finding.firstStep}`;
      if (this.findings.has(key)) continue;
      this.findings.add(key);
      if (!changedRun) this.say(`${finding.severity}: ${finding.message}`);
    }
    const last = curves.epochs.at(-1);
    if (last !== undefined && last.epoch > this.epoch) {
      this.epoch = last.epoch;
      const metrics = Object.entries(last.metrics)
        .map(([name, value]) => `${name} ${formatValue(value)}`)
        .join(', ');
      this.say(`Epoch ${last.epoch} ended. ${metrics}`);
    }
  }

  private say(sentence: string): void {
    this.waiting.push(sentence);
    if (this.timer !== undefined) return;
    this.flush();
    this.timer = window.setInterval(() => this.flush(), MIN_GAP_MS);
  }

  private flush(): void {
    if (this.waiting.length === 0) {
      window.clearInterval(this.timer);
      this.timer = undefined;
      return;
    }
    // The newest three: what piled up behind them is old news.
    this.root.textContent = this.waiting.slice(-3).join('. ');
    this.waiting = [];
  }
}
