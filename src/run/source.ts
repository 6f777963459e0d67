// The seam between a run and what trains: a source turns its world (a worker in a webview, a Node
// process, log files) into the calls of a RunSink, and obeys a few controls.
import type { Autopsy } from '../shared/core/autopsy';
import type { ModelFacts } from '../shared/core/facts';
import type { MadeChange, StepRecording } from '../shared/core/recording';
import type { EpochRecord, LayerInfo, Notice, RunError } from '../shared/core/run';
import type { StepRecord } from '../shared/core/stepRecord';
import type { Answer, Question } from '../shared/protocol/runtime';
import type { RunPast } from './past';

/** What a run asks of its source. Every control is answered by a call of the sink. */
export type RunControl =
  /** Answered by `state('paused')`. */
  | { type: 'pause' }
  /** Answered by `state('running')`. */
  | { type: 'resume' }
  /** `count` more optimizer steps, then `state('paused')`. `record`: the last is recorded in full before that. */
  | { type: 'step'; count: number; record?: boolean }
  /**
   * Back to the state after `step`, recorded in full; then `state('paused')`. `changes`: those that made the run
   * what it is, for a source that has to take all steps again.
   */
  | { type: 'rewind'; step: number; changes: readonly MadeChange[] }
  /** Answered by `finished` or `failed`, within a bounded time whatever the program does. */
  | { type: 'stop' };

/** A run's training, as the run sees it. */
export interface RunSource {
  /** Begins to train and to call the sink. Called once; failures go to the sink. */
  start(sink: RunSink): void;
  control(message: RunControl): void;
  /** Asks a held training; rejects where it has no answer. Absent where it cannot be debugged. */
  readonly ask?: (question: Question) => Promise<Answer>;
  /** Why the training can only be watched: one clause, e.g. that it runs elsewhere. It still can be stopped. */
  readonly unpausable?: string;
  /** Frees everything; the sink is not called afterwards. */
  dispose(): void;
}

/** How the source trains. */
export interface StartedInfo {
  backend: string;
  /** One plain sentence where the backend is not the obvious one. */
  reason?: string;
  renderer?: string;
  /** It trains in a Node process of its own, not in the editor. */
  runtime?: 'node';
  /** It is read from the event files of another program; `backend` says how many. */
  origin?: 'log';
  /** The outcome of a measurement that need not be repeated on this machine. */
  lasting?: boolean;
  tfjsVersion?: string;
}

/** Tensors alive in the framework, for the display of memory. */
export interface MemoryInfo {
  numTensors: number;
  numBytes: number;
}

/** What a source reports. All calls come in the order of the events; after an end none counts. */
export interface RunSink {
  /** The backend is chosen and the user's code is about to run. */
  started(info: StartedInfo): void;
  /** All layers known so far, in forward order (replaces the list given before). */
  layers(layers: readonly LayerInfo[]): void;
  /** What is known of a model, before the record of its first step. */
  facts(facts: ModelFacts): void;
  /** What was found out about a step whose values are not finite, after its record. */
  autopsy(autopsy: Autopsy): void;
  records(records: readonly StepRecord[], memory?: MemoryInfo): void;
  epoch(record: EpochRecord): void;
  /** What an earlier run did that this one goes on from, in one or more parts; before all of its own. */
  past(past: RunPast): void;
  plan(plan: { epochs?: number; stepsPerEpoch?: number }): void;
  notice(notice: Notice): void;
  /** What the run is doing before its first step. */
  progress(message: string): void;
  /** Answer to pause, resume and step, and the first state of a run that starts paused. */
  state(state: 'running' | 'paused', step: number): void;
  /** A step was recorded in full, after its record. */
  recording(recording: StepRecording): void;
  finished(outcome: 'completed' | 'stopped', steps: number): void;
  failed(error: RunError): void;
  /** The source is gone (page reloaded, panel closed) and cannot be asked any more. */
  lost(notice: Notice): void;
}
