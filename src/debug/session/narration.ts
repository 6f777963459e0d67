// What a session says in the Debug Console by itself: epochs, findings, how the run ended.
import type { Finding } from '../../shared/core/finding';
import type { EpochRecord } from '../../shared/core/run';
import type { DebuggedRun } from '../debuggedRun';
import { numberText } from '../expression/values';
import { output, type SessionEvents } from './events';

/** Follows one run. */
export class Narration {
  private readonly said = new Set<string>();
  private epochs = 0;
  private readonly subscriptions: { dispose(): void }[];

  constructor(
    private readonly run: DebuggedRun,
    private readonly events: SessionEvents,
  ) {
    this.subscriptions = [
      run.onDidEndEpoch((epoch) => this.epoch(epoch)),
      run.onDidChangeFindings((findings) => findings.forEach((one) => this.finding(one))),
    ];
    run.debug?.onDidForget((step) => this.forget(step));
  }

  /** How the run ended. */
  end(): void {
    const { run, events } = this;
    if (run.error) output(events, 'stderr', run.error.message);
    else output(events, 'console', `The run has ${run.state}.`);
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  /** One group per epoch, closed: its numbers. Epochs that are taken again say nothing new. */
  private epoch({ epoch, step, metrics }: EpochRecord): void {
    if (epoch <= this.epochs) return;
    this.epochs = epoch;
    const numbers = Object.entries(metrics).map(([name, x]) => `${name} ${numberText(x, 4)}`);
    const title = `Epoch ${epoch}, up to step ${step}`;
    output(this.events, 'console', title, { group: 'startCollapsed' });
    output(this.events, 'console', numbers.join('  ') || 'no numbers');
    this.events.send('output', { category: 'console', output: '', group: 'end' });
  }

  private finding({ rule, layer, message, severity, closedStep }: Finding): void {
    if (closedStep !== undefined) return;
    const key = JSON.stringify([rule, layer]);
    if (this.said.has(key)) return;
    this.said.add(key);
    output(
      this.events,
      severity === 'information' ? 'console' : 'important',
      `${rule}: ${message}`,
    );
  }

  private forget(step: number): void {
    const { stepsPerEpoch } = this.run.plan;
    if (stepsPerEpoch) this.epochs = Math.min(this.epochs, Math.floor(step / stepsPerEpoch));
  }
}
