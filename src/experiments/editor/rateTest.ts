// Finds a learning rate: one run of a model, unseen, whose rate grows from step to step until the loss explodes.
import path from 'node:path';
import * as vscode from 'vscode';
import type { ModelRun } from '../../api';
import { recognise } from '../../model/recognise';
import { messageOf } from '../../shared/core/thrown';
import { Emitter } from '../../run/emitter';
import { isFinal } from '../../shared/core/run';
import { rateInRange, type RateRange } from '../../shared/core/trainingOverrides';
import type { ShownExperimentState, ShownRateTest } from '../../shared/protocol/experiment';
import { textNow } from '../../surfaces/trainedTexts';
import { adviseRate, hasDiverged, type RatePoint } from '../rateTest/analysis';
import { PREPARATION, probeModel } from './modelProbe';
import type { Experiment, ExperimentParts, SourceChange } from './parts';
import { Variants } from './variants';

/** Smith takes rates from far too small to far too large; eight decades leave 25 steps to each. */
const RANGE: RateRange = { from: 1e-7, to: 10, steps: 200 };

/** Why a file cannot be tested. */
export class RateTestError extends Error {
  override readonly name = 'RateTestError';
}

/** One range test. */
export class RateTest implements Experiment {
  readonly file = undefined;
  readonly title: string;
  readonly finished: Promise<void>;
  private readonly changed: Emitter<void>;
  private readonly points: RatePoint[] = [];
  private readonly variants: Variants;
  private run: ModelRun | undefined;
  private state: ShownExperimentState = 'running';
  private message: string | undefined = 'Starting the model';
  private isStopped = false;
  private rateNow: number | undefined;

  constructor(
    private readonly parts: ExperimentParts,
    readonly id: string,
    readonly model: vscode.Uri,
    private readonly seed: number,
  ) {
    const { kind, needsNode } = recognise(model.fsPath, textNow(model.fsPath) ?? '');
    if (kind === 'program' && needsNode) {
      throw new RateTestError(
        `The learning rate of a program that needs Node (it imports '${needsNode.specifier}') cannot be set from outside. Make the model an experiment module (*.model.ts), or sweep training.learningRate, which edits the source.`,
      );
    }
    this.title = `Learning rate of ${path.basename(model.fsPath)}`;
    this.changed = new Emitter((error) => parts.log.error(String(error)));
    this.variants = new Variants(model, parts.fixes, (texts) =>
      probeModel(parts, model, texts, { seed }),
    );
    this.finished = this.train().catch((error: unknown) => this.end('failed', messageOf(error)));
  }

  get onDidChange() {
    return this.changed.event;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    if (this.run && !isFinal(this.run.state)) await this.run.stop();
  }

  runsOf(): readonly string[] {
    return [];
  }

  /** Writes the suggested rate. Rejects where there is none, or where the source does not state its rate. */
  async change(): Promise<SourceChange> {
    const { suggested } = adviseRate(this.points);
    if (!suggested) throw new RateTestError('The test suggests no learning rate.');
    const files = await this.variants.edits([['training.learningRate', suggested.rate]]);
    return { title: `Set the learning rate to ${suggested.rate}`, files };
  }

  view(): ShownRateTest {
    const { smoothed, lowest, divergesAt, suggested, problem } = adviseRate(this.points);
    const isOver = this.state !== 'running';
    const message = this.message ?? (isOver ? problem : undefined);
    return {
      kind: 'rate-test',
      title: this.title,
      path: vscode.workspace.asRelativePath(this.model, false),
      state: this.state,
      ...(message !== undefined && { message }),
      planned: RANGE.steps,
      points: [...this.points],
      smoothed,
      // What is read off half a curve would change with the next step.
      ...(isOver && lowest !== undefined && { lowest }),
      ...(isOver && divergesAt !== undefined && { divergesAt }),
      ...(isOver && suggested && { suggested: { rate: suggested.rate, why: suggested.why } }),
      ...(this.rateNow !== undefined && { current: this.rateNow }),
    };
  }

  private async train(): Promise<void> {
    const file = vscode.Uri.file(this.model.fsPath);
    this.rateNow = this.statedRate();
    const run = await this.parts.trainer.tryInThread(
      file,
      { name: 'learning rates', texts: new Map() },
      {
        ...{ seed: this.seed, show: false, experiment: PREPARATION },
        maxSteps: RANGE.steps,
        training: { rateRange: RANGE },
      },
    );
    this.run = run;
    run.onDidChange(() => {
      if (this.points.length === 0 && run.progress) this.tell(run.progress);
    });
    run.onDidStep(({ step, loss = NaN, learningRate }) => {
      if (this.isOver) return;
      this.message = undefined;
      this.points.push({ rate: learningRate ?? rateInRange(RANGE, step - 1), loss });
      this.changed.fire();
      if (hasDiverged(this.points.map((point) => point.loss))) this.isOver = true;
      if (this.isOver || this.isStopped) void run.stop();
    });
    await run.finished;
    const { error } = run;
    this.parts.registry.remove(run);
    if (error && this.points.length === 0) this.end('failed', error.message);
    else this.end(this.isStopped ? 'stopped' : 'completed');
  }

  /** The loss has exploded. */
  private isOver = false;

  private statedRate(): number | undefined {
    const text = textNow(this.model.fsPath) ?? '';
    const { kind } = recognise(this.model.fsPath, text);
    const source = { file: this.model.fsPath, text };
    return this.parts.fixes().statedParameters(source, { layers: [], kind }).training.learningRate;
  }

  private tell(message: string): void {
    this.message = message;
    this.changed.fire();
  }

  private end(state: ShownExperimentState, message?: string): void {
    this.state = state;
    this.message = message;
    this.changed.fire();
  }
}
