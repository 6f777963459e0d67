// A run in the worker under a debugger: sends what a debugger sends, and waits for what answers it.
import type { StepRecording, TensorRef, TrainingChange } from '../../../src/shared/core/recording';
import type { StepRecord } from '../../../src/shared/core/stepRecord';
import type { DebugStart, StartOptions } from '../../../src/shared/protocol/runtime';
import type { RuntimeBench, RuntimeRun } from './harness';

/** One debugged run. */
export class DebuggedRun {
  private nextId = 1;

  private constructor(readonly run: RuntimeRun) {}

  /** Starts `source`, held before its first step unless told otherwise. */
  static async start(
    bench: RuntimeBench,
    source: string,
    options: Partial<StartOptions> = {},
    debug: DebugStart = { changes: [] },
    checkpoint?: string,
  ): Promise<DebuggedRun> {
    const all = { paused: debug.replayTo === undefined, ...options, debug };
    const setup = { options: all, ...(checkpoint !== undefined && { checkpoint }) };
    const debugged = new DebuggedRun(await bench.start(source, setup));
    await debugged.held(0);
    return debugged;
  }

  /** Waits for the next hold among the messages from index `from` on; gives its step. */
  async held(from: number): Promise<number> {
    const { state, step } = await this.run.next('state', from);
    return state === 'paused' ? step : this.held(from + 1);
  }

  /** Takes steps, and waits until the run is held after them. */
  async step(count = 1, record = false): Promise<number> {
    const from = this.run.messages.length;
    await this.run.send({ type: 'step', count, record });
    return this.held(from);
  }

  /** Takes a step that is recorded in full. */
  async record(count = 1): Promise<StepRecording> {
    const from = this.run.messages.length;
    await this.step(count, true);
    return (await this.run.next('recording', from)).recording;
  }

  /** Goes back, and waits until the run is held there. */
  async rewind(step: number): Promise<number> {
    const from = this.run.messages.length;
    await this.run.send({ type: 'rewind', step });
    return this.held(from);
  }

  /** The newest record of `step`. */
  recordOf(step: number): StepRecord | undefined {
    return this.run.records.findLast((record) => record.step === step);
  }

  /** Elements of a tensor, or why there are none. */
  async values(ref: Partial<TensorRef>, start = 0, count = 1_000_000): Promise<Float32Array> {
    const { role = 'weight', name = '', call = 0 } = ref;
    const params = { role, name, call, start, count };
    const answer = await this.ask({ question: 'values', params });
    if (!answer.ok) throw new Error(answer.message);
    const text = answer.result as unknown as string;
    return new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer);
  }

  /** Makes a change, and gives what was there. */
  async change(params: TrainingChange): Promise<number | boolean | undefined> {
    const answer = await this.ask({ question: 'change', params });
    if (!answer.ok) throw new Error(answer.message);
    return (answer.result as { before?: number | boolean }).before;
  }

  private async ask(
    question:
      | { question: 'values'; params: TensorRef & { start: number; count: number } }
      | { question: 'change'; params: TrainingChange },
  ) {
    const id = this.nextId++;
    await this.run.send({ type: 'ask', id, ...question });
    return this.run.until(() => this.run.all('answer').find((answer) => answer.id === id));
  }

  /** Every weight after the newest step, which has to be recorded, by name. */
  async weights(): Promise<Record<string, number[]>> {
    const { recording } = this.run.all('recording').at(-1)!;
    const weights: Record<string, number[]> = {};
    for (const { role, name } of recording.tensors) {
      if (role !== 'weight' && role !== 'slot') continue;
      weights[`${role} ${name}`] = [...(await this.values({ role, name }))];
    }
    return weights;
  }
}
