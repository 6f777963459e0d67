// The run: collects what its source reports, keeps state and history, has the rules look at every
// step, and turns pause, resume, step and stop into promises. It knows neither VS Code nor tfjs.
import type { ModelFacts } from '../shared/core/facts';
import type { Finding } from '../shared/core/finding';
import type { EpochRecord, LayerInfo, Notice, RunError, RunState } from '../shared/core/run';
import type { StepRecord } from '../shared/core/stepRecord';
import { Diagnosis } from '../shared/core/diagnosis/engine';
import { Emitter, type OnListenerError } from './emitter';
import { withFacts } from './modelFacts';
import type { RunPast } from './past';
import { RunControls } from './runControls';
import { RunDebug, type RunDebugHost } from './runDebug';
import { RunHistory, type HistoryOptions } from './runHistory';
import type { RunRequest } from './runRequest';
import type { MemoryInfo, RunSink, RunSource, StartedInfo } from './source';
import { StartPhases, type StartPhase } from './startPhases';
import { RunStateMachine } from './stateMachine';
import { StepRate } from './stepRate';

export type { RunRequest } from './runRequest';

/** Notice that says that a program trains in a loop that never awaits. */
const NEVER_AWAITS = 'never-awaits';
/** Notices kept. */
const MAX_NOTICES = 100;

/** Makes a run. `Model` is whatever names a model file to the host (a Uri). */
export interface RunOptions<Model> {
  id: string;
  model: Model;
  /** File name of the model. */
  title: string;
  /** Its path in the workspace, for display. */
  path: string;
  request: RunRequest;
  source: RunSource;
  history?: Partial<HistoryOptions>;
  /** Told when a listener of the run's events throws. */
  onListenerError?: OnListenerError;
  answerMs?: number;
}

/** A training run; the public `Run` of the extension's API, and what its surfaces need. */
export class TrainingRun<Model = string> {
  readonly id: string;
  readonly model: Model;
  readonly title: string;
  readonly path: string;
  readonly request: RunRequest;
  readonly history: RunHistory;
  /** The debugger's side; absent where the source knows nothing of it. */
  readonly debug: RunDebug | undefined;
  /** Settles when the run has completed, stopped or failed; never rejects. */
  readonly finished: Promise<void>;

  private readonly machine: RunStateMachine;
  private readonly source: RunSource;
  private readonly controls: RunControls;
  private diagnosis = new Diagnosis();
  private readonly rate = new StepRate();
  private readonly starting = new StartPhases();
  private readonly stepped: Emitter<StepRecord>;
  private readonly epochEnded: Emitter<EpochRecord>;
  private readonly findingsChanged: Emitter<readonly Finding[]>;
  private readonly stateChanged: Emitter<RunState>;
  private readonly changed: Emitter<void>;
  private settleFinished: () => void = () => undefined;
  private acknowledgedStep = 0;
  /** Step after which the training stands. */
  private position = 0;

  private startedInfo: StartedInfo = { backend: '' };
  private layerList: readonly LayerInfo[] = [];
  private modelFacts: readonly ModelFacts[] = [];
  private noticeList: Notice[] = [];
  private planned: { epochs?: number; stepsPerEpoch?: number } = {};
  private failure: RunError | undefined;
  private activity: string | undefined;
  private memoryInfo: MemoryInfo | undefined;
  private currentEpoch: number | undefined;
  private isLive = true;

  constructor(options: RunOptions<Model>) {
    this.id = options.id;
    this.model = options.model;
    this.title = options.title;
    this.path = options.path;
    this.request = options.request;
    this.source = options.source;
    this.history = new RunHistory(options.history);
    const onError = options.onListenerError ?? (() => undefined);
    this.stepped = new Emitter(onError);
    this.epochEnded = new Emitter(onError);
    this.findingsChanged = new Emitter(onError);
    this.stateChanged = new Emitter(onError);
    this.changed = new Emitter(onError);
    this.finished = new Promise((resolve) => (this.settleFinished = resolve));
    this.machine = new RunStateMachine((state) => this.stateChanged.fire(state));
    this.controls = new RunControls({
      machine: this.machine,
      source: this.source,
      position: () => this.position,
      ...(options.answerMs !== undefined && { answerMs: options.answerMs }),
    });
    const { ask } = options.source;
    this.debug = ask && this.debugging((question) => ask(question), onError);
  }

  get onDidStep() {
    return this.stepped.event;
  }
  get onDidEndEpoch() {
    return this.epochEnded.event;
  }
  get onDidChangeFindings() {
    return this.findingsChanged.event;
  }
  get onDidChangeState() {
    return this.stateChanged.event;
  }
  /** Anything that the page shows has changed: fired after every call of the source. */
  get onDidChange() {
    return this.changed.event;
  }

  get state(): RunState {
    return this.machine.state;
  }
  /** Kept records, ascending by step. */
  get steps(): readonly StepRecord[] {
    return this.history.records;
  }
  get layers(): readonly LayerInfo[] {
    return this.layerList;
  }
  /** What is known of each model that has trained. */
  get facts(): readonly ModelFacts[] {
    return this.modelFacts;
  }
  get findings(): readonly Finding[] {
    return this.diagnosis.findings;
  }
  get error(): RunError | undefined {
    return this.failure;
  }
  /** `` until chosen. */
  get backend(): string {
    return this.startedInfo.backend;
  }
  get info(): StartedInfo {
    return this.startedInfo;
  }
  /** Newest optimizer step. */
  get currentStep(): number {
    return Math.max(this.history.step, this.acknowledgedStep);
  }
  get epoch(): number | undefined {
    return this.currentEpoch;
  }
  get epochs(): readonly EpochRecord[] {
    return this.history.epochs;
  }
  get plan(): { epochs?: number; stepsPerEpoch?: number } {
    return this.planned;
  }
  get notices(): readonly Notice[] {
    return this.noticeList;
  }
  get progress(): string | undefined {
    return this.activity;
  }
  /** What the time before the first step went to. */
  get startPhases(): readonly StartPhase[] {
    return this.starting.phases;
  }
  get memory(): MemoryInfo | undefined {
    return this.memoryInfo;
  }
  get stepsPerSecond(): number | undefined {
    return this.rate.value;
  }
  /** False where the program trains in a loop that never awaits. */
  get pausable(): boolean {
    return this.controls.pausable;
  }
  /** False once the source is gone without having finished. */
  get live(): boolean {
    return this.isLive;
  }

  /** Lets the source begin. */
  start(): void {
    this.source.start(this.sink);
  }

  /** Resolves when the program is held; rejects with RunControlError when it cannot be. */
  pause(): Promise<void> {
    return this.controls.pause();
  }

  resume(): Promise<void> {
    return this.controls.resume();
  }

  /** Trains `count` more optimizer steps and holds the program then. */
  step(count = 1): Promise<void> {
    return this.controls.step(count);
  }

  /** Ends the run; resolves when it has ended. A run that has ended already is left as it is. */
  async stop(): Promise<void> {
    if (!this.machine.isFinal) this.source.control({ type: 'stop' });
    await this.finished;
  }

  dispose(): void {
    if (!this.machine.isFinal) {
      this.sink.lost({ code: 'run-disposed', message: 'The run was ended by closing it.' });
    }
    this.source.dispose();
    this.debug?.dispose();
    const { stepped, epochEnded, findingsChanged, stateChanged, changed } = this;
    for (const emitter of [stepped, epochEnded, findingsChanged, stateChanged, changed] as const) {
      emitter.dispose();
    }
  }

  private debugging(ask: RunDebugHost['ask'], onListenerError: OnListenerError): RunDebug {
    return new RunDebug({
      ...{ ask, onListenerError },
      step: (count) => this.controls.step(count, true),
      rewind: (step, changes) => this.controls.rewind(step, changes),
      forget: (step) => this.forget(step),
      changed: () => this.changed.fire(),
    });
  }

  /** What came after `step` will not come again: the training was changed there. */
  private forget(step: number): void {
    if (this.history.step <= step) return;
    this.history.cut(step);
    this.acknowledgedStep = step;
    this.diagnosis = new Diagnosis();
    this.diagnosis.setLayers(this.layerList);
    this.diagnosis.setFacts(this.modelFacts);
    for (const record of this.history.records) this.diagnosis.observe(record);
    for (const epoch of this.history.epochs) this.diagnosis.observeEpoch(epoch);
    this.findingsChanged.fire(this.findings);
  }

  /** Runs a report of the source, unless the run has ended, and tells that something changed. */
  private report(apply: () => void): void {
    if (this.machine.isFinal) return;
    apply();
    this.changed.fire();
  }

  /** A program that trains is running, whether or not its source has said so. */
  private noteActive(): void {
    this.activity = undefined;
    if (this.state === 'starting') this.machine.move(this.request.paused ? 'paused' : 'running');
  }

  private end(state: 'completed' | 'stopped' | 'failed'): void {
    this.activity = undefined;
    this.starting.end();
    this.machine.move(state);
    this.controls.close(state);
    this.settleFinished();
  }

  private addNotice(notice: Notice): void {
    const known = this.noticeList.some(
      (other) => other.code === notice.code && other.message === notice.message,
    );
    if (!known && this.noticeList.length < MAX_NOTICES) {
      this.noticeList = [...this.noticeList, notice];
    }
  }

  private stand(step: number): void {
    this.position = step;
    this.debug?.moveTo(step);
  }

  private takeRecords(records: readonly StepRecord[]): void {
    let findingsChanged = false;
    for (const record of records) {
      this.stand(record.step);
      this.controls.noteStep(record.step);
      const kept = this.history.append(record);
      if (!kept) {
        this.debug?.replay(record);
        continue;
      }
      this.rate.note(kept.step, kept.seconds);
      this.currentEpoch = kept.epoch ?? this.currentEpoch;
      findingsChanged = this.diagnosis.observe(kept) || findingsChanged;
      this.stepped.fire(kept);
    }
    if (findingsChanged) this.findingsChanged.fire(this.findings);
  }

  private takeEpoch(record: EpochRecord): void {
    // After going back they come again.
    const last = this.history.epochs.at(-1);
    if (last && record.epoch <= last.epoch && record.step <= last.step) return;
    this.currentEpoch = Math.max(this.currentEpoch ?? 1, record.epoch);
    this.history.addEpoch(record);
    this.diagnosis.observeEpoch(record);
    this.epochEnded.fire(record);
  }

  private takeOver({ layers, facts, records, epochs }: RunPast): void {
    // It comes in parts.
    if (layers !== this.layerList) this.diagnosis.setLayers((this.layerList = layers));
    if (facts !== this.modelFacts) this.diagnosis.setFacts((this.modelFacts = facts));
    this.takeRecords(records);
    for (const epoch of epochs) this.takeEpoch(epoch);
  }

  /** Where the source reports to. */
  readonly sink: RunSink = {
    started: (info) =>
      this.report(() => {
        this.startedInfo = info;
        this.starting.begin(`Starting the program on ${info.backend}`);
      }),
    layers: (layers) =>
      this.report(() => {
        this.layerList = layers;
        if (this.diagnosis.setLayers(layers)) this.findingsChanged.fire(this.findings);
      }),
    facts: (facts) =>
      this.report(() => {
        this.modelFacts = withFacts(this.modelFacts, facts);
        this.diagnosis.setFacts(this.modelFacts);
      }),
    autopsy: (autopsy) =>
      this.report(() => {
        if (this.diagnosis.setAutopsy(autopsy)) this.findingsChanged.fire(this.findings);
      }),
    records: (records, memory) =>
      this.report(() => {
        if (records.length > 0) {
          this.starting.end();
          this.noteActive();
        }
        this.memoryInfo = memory ?? this.memoryInfo;
        this.takeRecords(records);
      }),
    epoch: (record) => this.report(() => this.takeEpoch(record)),
    past: (past) => this.report(() => this.takeOver(past)),
    plan: (plan) =>
      this.report(() => {
        this.planned = { ...this.planned, ...plan };
      }),
    notice: (notice) =>
      this.report(() => {
        this.addNotice(notice);
        if (notice.code === NEVER_AWAITS) this.controls.neverAwaits();
      }),
    progress: (message) =>
      this.report(() => {
        this.activity = message;
        this.starting.begin(message);
      }),
    state: (state, step) =>
      this.report(() => {
        this.acknowledgedStep = Math.max(this.acknowledgedStep, step);
        this.stand(step);
        this.activity = undefined;
        this.machine.move(state);
        this.controls.acknowledge(state, step);
      }),
    recording: (recording) => this.report(() => this.debug?.record(recording)),
    finished: (outcome, steps) =>
      this.report(() => {
        this.acknowledgedStep = Math.max(this.acknowledgedStep, steps);
        this.end(outcome);
      }),
    failed: (error) =>
      this.report(() => {
        this.failure = error;
        this.end('failed');
      }),
    lost: (notice) =>
      this.report(() => {
        this.isLive = false;
        this.addNotice(notice);
        this.end('stopped');
      }),
  };
}
