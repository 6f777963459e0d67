// A sweep in the editor: the runner over real trainings, and what its page shows.
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { recognise } from '../../model/recognise';
import { Emitter } from '../../run/emitter';
import type { ShownParameter, ShownSweep, ShownTrial } from '../../shared/protocol/experiment';
import { textNow } from '../../surfaces/trainedTexts';
import { ExperimentRunner } from '../runner/experimentRunner';
import { mostTrials, roomFor } from '../runner/room';
import type { Trial } from '../runner/trial';
import { isChoice, type ExperimentSpec, type ParameterRange } from '../spec/experimentSpec';
import { probeModel } from './modelProbe';
import type { Experiment, ExperimentParts, SourceChange } from './parts';
import { inOrder } from './assignment';
import { startTraining } from './trainings';
import { Variants } from './variants';

/** What a sweep is made of. */
export interface SweepOptions {
  id: string;
  spec: ExperimentSpec;
  model: vscode.Uri;
  file: vscode.Uri | undefined;
}

/** One sweep. */
export class Sweep implements Experiment {
  readonly id: string;
  readonly model: vscode.Uri;
  readonly file: vscode.Uri | undefined;
  readonly title: string;
  readonly finished: Promise<void>;
  readonly runner: ExperimentRunner;
  private readonly spec: ExperimentSpec;
  private readonly changed: Emitter<void>;
  private readonly variants: Variants;
  private tensorBytes: number | undefined;

  constructor(parts: ExperimentParts, { id, spec, model, file }: SweepOptions) {
    this.id = id;
    this.model = model;
    this.file = file;
    this.spec = spec;
    this.title = spec.name ?? `Sweep of ${path.basename(model.fsPath)}`;
    this.changed = new Emitter((error) => parts.log.error(String(error)));
    const [seed = 0] = spec.seeds;
    this.variants = new Variants(model, parts.fixes, (texts) =>
      probeModel(parts, model, texts, { seed }),
    );
    const trial = {
      ...{ trainer: parts.trainer, spec, model, variants: this.variants, id, name: this.title },
      onMemory: (bytes: number) => (this.tensorBytes = Math.max(bytes, this.tensorBytes ?? 0)),
    };
    this.runner = new ExperimentRunner({
      spec,
      start: (request) => startTraining(trial, request),
      most: this.most(),
      room: () => this.room(),
      onListenerError: (error) => parts.log.error(String(error)),
    });
    this.runner.onDidChange(() => this.changed.fire());
    this.finished = this.runner.run();
  }

  get onDidChange() {
    return this.changed.event;
  }

  stop(): Promise<void> {
    return this.runner.stop();
  }

  runsOf(number: number): readonly string[] {
    const trial = this.runner.trials.find((one) => one.number === number);
    return trial?.runs.map(({ id }) => id).filter((id) => id !== '') ?? [];
  }

  /** Writes the values of the best trial. Rejects with VariantError. */
  async change(): Promise<SourceChange> {
    const { best } = this.runner;
    if (!best) throw new Error('No trial has a result yet: there is nothing to apply.');
    const settings = inOrder(Object.entries(best.assignment));
    const { budget } = this.spec;
    const { stepsPerEpoch, epochs } = (await this.variants.probe()).plan;
    const ofEpochs = stepsPerEpoch && stepsPerEpoch * (epochs ?? 1);
    const totalSteps = budget.unit === 'steps' ? budget.amount : ofEpochs;
    const files = await this.variants.edits(settings, totalSteps);
    const values = settings.map(([name, value]) => `${shortName(name)} ${String(value)}`);
    return { title: `Apply trial ${best.number}: ${values.join(', ')}`, files };
  }

  view(): ShownSweep {
    const { runner, spec } = this;
    const { metric, direction } = spec.objective;
    return {
      kind: 'sweep',
      title: this.title,
      path: vscode.workspace.asRelativePath(this.model, false),
      state: runner.state,
      ...(runner.message !== undefined && { message: runner.message }),
      search: searchWords(spec),
      objective: { metric, direction },
      unit: spec.budget.unit,
      parameters: Object.entries(spec.parameters).map(shownParameter),
      trials: runner.trials.map((trial) => shownTrial(trial, direction)),
      ...(runner.best && { best: runner.best.number }),
      ...(runner.planned !== undefined && { planned: runner.planned }),
    };
  }

  /** Trials at a time at most. */
  private most(): number {
    const { backend, parallel } = this.spec;
    const { needsNode } = recognise(this.model.fsPath, textNow(this.model.fsPath) ?? '');
    // They share a panel, or a terminal.
    if (backend === 'webgl' || needsNode) return 1;
    return parallel === 'auto' ? mostTrials({ cores: os.availableParallelism() }) : parallel;
  }

  private room(): number {
    const running = this.runner.trials.filter(({ state }) => state === 'running').length;
    return roomFor({ free: os.freemem() }, running, this.tensorBytes);
  }
}

/** A parameter's name without what kind it is. */
export function shortName(name: string): string {
  return name.replace(/^(training|layers)\./, '');
}

function searchWords({ strategy, stopping, seeds, budget }: ExperimentSpec): string {
  const search = { grid: 'Grid', random: 'Random search', bayesian: 'Bayesian search' }[strategy];
  const rule = stopping.rule === 'none' ? [] : [`stopped early by ${stopping.rule.replace('-', ' ')}`]; // prettier-ignore
  const repeated = seeds.length > 1 ? [`${seeds.length} seeds each`] : [];
  const unit = budget.amount === 1 ? budget.unit.slice(0, -1) : budget.unit;
  return [search, `${budget.amount} ${unit} each`, ...repeated, ...rule].join(' · ');
}

function shownParameter([name, range]: [string, ParameterRange]): ShownParameter {
  if (isChoice(range)) return { name, values: range.values };
  const { min, max, scale } = range;
  return { name, min, max, scale };
}

function shownTrial(trial: Trial, direction: 'minimize' | 'maximize'): ShownTrial {
  const { number, assignment: values, state, trained, message, value } = trial;
  const run = trial.runs.at(-1);
  const hasValue = value !== undefined && Number.isFinite(value);
  return {
    ...{ number, values, state, trained },
    ...(hasValue && { value: direction === 'maximize' ? -value : value }),
    ...(run && { step: run.step }),
    ...(run?.lastLoss !== undefined && { lastLoss: run.lastLoss }),
    ...(run?.bestLoss !== undefined && { bestLoss: run.bestLoss }),
    ...(run?.worst && { worst: run.worst }),
    ...(message !== undefined && { message }),
  };
}
