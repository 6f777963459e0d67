// The run under a session: launched, walked through, looked at, changed, restarted and ended.
import { isFinal } from '../../shared/core/run';
import { Breakpoints } from '../breakpoints';
import { Changes } from '../changes/changes';
import type { DebuggedRun, LaunchRequest, StartRun, StepDebugger } from '../debuggedRun';
import { View } from '../variables/view';
import { layerOf, phasesOf } from '../walk/phases';
import { phaseOf, START, type Halt } from '../walk/place';
import { Walk } from '../walk/walk';
import { output, POSITION_EVENT, type PositionEvent, type SessionEvents } from './events';
import { Narration } from './narration';
import { SessionError } from './sessionError';
import { stoppedBody } from './stopped';
import { ModelThreads } from './threads';
import { messageOf } from '../../shared/core/thrown';

const ENDED = 'The session ended before the run had started.';

/** A run and what the session holds of it. */
interface Attached {
  run: DebuggedRun;
  debug: StepDebugger;
  walk: Walk;
  changes: Changes;
  narration: Narration;
  subscriptions: { dispose(): void }[];
}

/** The debugged run of one session; a restart puts another one in its place. */
export class Debuggee {
  readonly breakpoints = new Breakpoints(() => this.request?.program ?? '');
  readonly threads = new ModelThreads();
  /** The last halt; undefined while the training goes on. */
  halt: Extract<Halt, { type: 'stopped' }> | undefined;
  private request: LaunchRequest | undefined;
  private attached: Attached | undefined;
  /** A run that trains without being debugged. */
  private plain: DebuggedRun | undefined;
  private isMoving = false;
  private hasEnded = false;
  /** Counts what ends a run: one that was still being started then is not wanted any more. */
  private endings = 0;
  /** Asked to pause before the run could begin. */
  private pausesAtStart = false;
  /** The walk goes by phases: going back does so too. */
  private byPhases = false;
  private past: View | undefined;
  private readonly troubles = new Set<string>();

  constructor(
    private readonly events: SessionEvents,
    private readonly startRun: StartRun,
  ) {}

  get program(): string {
    return this.request?.program ?? '';
  }

  get run(): DebuggedRun | undefined {
    return this.attached?.run ?? this.plain;
  }

  get isStopped(): boolean {
    return this.halt !== undefined;
  }

  /** What is shown: the place of the walk, or the step that is looked back at; while it goes on, the newest. */
  get view(): View | undefined {
    if (!this.attached) return undefined;
    const { run, debug, walk } = this.attached;
    if (this.past) return this.past;
    if (!this.isMoving) return new View(run, debug, walk.place);
    return this.viewOf(run.steps.at(-1)?.step ?? 0);
  }

  /** Changes are made while the training is held. */
  get changes(): Changes {
    if (!this.attached) throw new SessionError('No run is debugged yet.');
    return this.attached.changes;
  }

  /** The changes of a training that is held; throws while it goes on. */
  heldChanges(): Changes {
    this.requireStopped();
    if (this.past) {
      throw new SessionError('A step of the past is shown: go back to the present to change it.');
    }
    return this.changes;
  }

  /** Throws while the training goes on. */
  requireStopped(): void {
    if (!this.isStopped) throw new SessionError('The training goes on: pause it first.');
  }

  /** Starts the run; rejects with a message for the user where it cannot be started or debugged. */
  async launch(request: LaunchRequest): Promise<void> {
    this.request = request;
    this.pausesAtStart = false;
    const { endings } = this;
    const run = await this.startRun(request, {
      print: (level, text) => {
        output(this.events, level === 'error' || level === 'warn' ? 'stderr' : 'stdout', text);
      },
    });
    if (endings !== this.endings) {
      await run.stop();
      throw new SessionError(ENDED);
    }
    const { debug } = run;
    if (request.noDebug) this.plain = run;
    else if (debug) this.attach(run, debug);
    else {
      await run.stop();
      throw new SessionError(
        'This run cannot be debugged, because what trains it cannot take its steps back. Train it instead.',
      );
    }
    void run.finished.then(() => {
      if (this.run === run && !this.isMoving) this.end();
    });
  }

  /** Breakpoints are set: lets the training begin. */
  async begin(): Promise<void> {
    if (!this.attached) return;
    const { attached } = this;
    const { run, walk } = attached;
    await untilHeld(run);
    // Ended meanwhile, by the user or for another run.
    if (this.attached !== attached) return;
    if (isFinal(run.state)) {
      this.end();
      return;
    }
    walk.begin();
    this.announceLayers();
    const isEntry = this.request?.stopOnEntry === true && this.request.holdAt === undefined;
    if (isEntry) this.stopAt({ type: 'stopped', reason: 'entry' });
    else if (this.pausesAtStart) this.stopAt({ type: 'stopped', reason: 'pause' });
    else this.move((on) => on.goOn());
  }

  /** Goes on in some way, in the background; the stop is told by an event. */
  move(action: (walk: Walk) => Promise<Halt>, byPhases = false): void {
    const { attached } = this;
    if (!attached) throw new SessionError('No run is debugged yet.');
    if (this.isMoving) throw new SessionError('The training goes on already.');
    const before = this.halt;
    this.halt = undefined;
    this.past = undefined;
    this.isMoving = true;
    this.byPhases = byPhases;
    attached.debug.look(undefined);
    const isCurrent = (): boolean => this.attached === attached && !this.hasEnded;
    action(attached.walk)
      .then(
        (halt) => isCurrent() && this.arrive(halt),
        (error: unknown) => {
          if (!isCurrent()) return;
          output(this.events, 'important', messageOf(error));
          this.isMoving = false;
          if (isFinal(attached.run.state)) this.end();
          else this.stopAt(before ?? { type: 'stopped', reason: 'pause' });
        },
      )
      .catch((error: unknown) => output(this.events, 'stderr', String(error)));
  }

  /** One phase back where the walk goes by phases, else one step. */
  stepBack(): void {
    const { byPhases } = this;
    this.move((walk) => walk.stepBack(!byPhases), byPhases);
  }

  pause(): void {
    if (this.isMoving) this.attached?.walk.pause();
    else this.pausesAtStart = true;
  }

  /** Breakpoints have changed. */
  reconsider(): void {
    this.attached?.walk.reconsider();
  }

  /** Shows a step of the past; undefined: the present again. */
  look(step: number | undefined): void {
    const { attached } = this;
    if (!attached || !this.isStopped) {
      throw new SessionError('Pause the training to look back.');
    }
    const isPresent = step === undefined || step === attached.walk.place.step;
    this.past = isPresent ? undefined : this.viewOf(step);
    this.showPosition();
    this.events.send('invalidated', { areas: ['all'] });
  }

  /** The same again, with the same seed. */
  async restart(request: LaunchRequest | undefined): Promise<void> {
    const again = request ?? this.request;
    if (!again) throw new SessionError('There is nothing to restart yet.');
    const left = this.leave();
    const { endings } = this;
    await left;
    if (endings !== this.endings) throw new SessionError(ENDED);
    this.hasEnded = false;
    this.events.send('continued', { threadId: 1, allThreadsContinued: true });
    try {
      await this.launch(again);
    } catch (error) {
      this.end();
      throw error;
    }
    await this.begin();
  }

  /** Ends the run, of which the session tells then. */
  async stop(): Promise<void> {
    this.endings++;
    const { run } = this;
    this.attached?.walk.dispose();
    await run?.stop();
    this.end();
  }

  /** Ends the run; resolves when nothing of it is left. */
  async leave(): Promise<void> {
    this.endings++;
    const { attached, run } = this;
    this.attached = undefined;
    this.plain = undefined;
    this.halt = undefined;
    this.past = undefined;
    this.isMoving = false;
    attached?.walk.dispose();
    attached?.narration.dispose();
    attached?.subscriptions.forEach((subscription) => subscription.dispose());
    await run?.stop();
  }

  private attach(run: DebuggedRun, debug: StepDebugger): void {
    const walk = new Walk(run, debug, this.breakpoints, {
      passed: ({ type, text, breakpoint }) => {
        if (type === 'log') output(this.events, 'console', text);
        else this.trouble(`${breakpoint}`, text);
      },
    });
    const names = () => new View(run, debug, walk.place).names;
    const changes = new Changes(run, debug, names, (words) => {
      output(this.events, 'console', words);
      this.events.send('invalidated', { areas: ['variables'] });
    });
    const subscriptions = [run.onDidChange(() => this.watch())];
    const narration = new Narration(run, this.events);
    this.attached = { run, debug, walk, changes, narration, subscriptions };
  }

  /** Said once: a condition that cannot be computed cannot be so at every step. */
  private trouble(breakpoint: string, text: string): void {
    const key = `${breakpoint} ${text}`;
    if (this.troubles.has(key)) return;
    this.troubles.add(key);
    output(this.events, 'important', `A breakpoint was passed over: ${text}`);
  }

  private announceLayers(): void {
    const layers = this.attached?.run.layers ?? [];
    for (const breakpoint of this.breakpoints.setLayers(layers)) {
      this.events.send('breakpoint', { reason: 'changed', breakpoint });
    }
  }

  /** Something of the run has changed: maybe somebody else lets it go on, or has let it take steps. */
  private watch(): void {
    const { attached } = this;
    if (!attached) return;
    this.announceLayers();
    if (!this.isStopped || this.isMoving) return;
    const { run, walk } = attached;
    if (run.state === 'running') {
      this.events.send('continued', { threadId: 1, allThreadsContinued: true });
      this.move((on) => on.goOn());
    } else if (run.state === 'paused' && walk.isLeftBehind) {
      walk.catchUp();
      this.stopAt({ type: 'stopped', reason: 'step' });
    }
  }

  private arrive(halt: Halt): void {
    if (halt.type === 'missed') {
      this.holdAgainAt(halt.step);
      return;
    }
    this.isMoving = false;
    if (halt.type === 'ended') this.end();
    else this.stopAt(halt);
  }

  /** The run ended before it could be held: the same run again, held at the step. */
  private holdAgainAt(step: number): void {
    const { request, attached } = this;
    if (!request) return;
    if (attached && attached.debug.changes.length > 0) {
      const text = `The run ended before it could be held at step ${step}. It was changed on its way, so that it is not run again by itself.`;
      output(this.events, 'important', text);
      this.isMoving = false;
      this.end();
      return;
    }
    const again = async (): Promise<void> => {
      const text = `The run had ended before it could be held at step ${step}; it is run again up to there.`;
      output(this.events, 'console', text);
      const left = this.leave();
      const { endings } = this;
      await left;
      if (endings !== this.endings) return;
      await this.launch({ ...request, holdAt: step });
      await this.begin();
      this.request = request;
    };
    again().catch((error: unknown) => {
      output(this.events, 'stderr', messageOf(error));
      this.end();
    });
  }

  private stopAt(halt: Extract<Halt, { type: 'stopped' }>): void {
    const { attached } = this;
    if (!attached) return;
    if (halt.reason === 'breakpoint' || halt.reason === 'function breakpoint') this.byPhases = true;
    this.halt = halt;
    this.showPosition();
    const { run, walk } = attached;
    const threadId = this.threads.threadOf(run.facts, walk.place.record);
    this.events.send('stopped', {
      ...stoppedBody(halt, walk.place),
      threadId,
      allThreadsStopped: true,
    });
  }

  /** Tells the panel and the editor where the session stands. */
  private showPosition(): void {
    const { view, attached } = this;
    if (!view || !attached) return;
    // A step of the past is looked at as a whole.
    const phase = view.isPast ? undefined : phaseOf(view.place);
    const layer = layerOf(phase);
    const cursor = {
      step: view.step,
      ...(layer !== undefined && { layer }),
      ...(phase && { phase: phase.type }),
    };
    attached.debug.look(cursor);
    const body: PositionEvent = { ...cursor, isPast: view.isPast };
    this.events.send(POSITION_EVENT, body);
  }

  /** A step by its record alone. */
  private viewOf(step: number): View {
    const { attached } = this;
    if (!attached) throw new SessionError('No run is debugged yet.');
    const { run, debug, walk } = attached;
    const record = walk.recordAt(step) ?? run.steps.findLast((one) => one.step <= step);
    if (!record) return new View(run, debug, { ...START, step: 0 }, true);
    const phases = phasesOf(record, run.layers);
    const place = { step: record.step, record, phases, marks: [], index: phases.length - 1 };
    return new View(run, debug, place, true);
  }

  private end(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    const { attached, plain } = this;
    if (attached) attached.narration.end();
    else if (plain?.error) output(this.events, 'stderr', plain.error.message);
    attached?.debug.look(undefined);
    this.events.send('exited', { exitCode: this.run?.error ? 1 : 0 });
    this.events.send('terminated');
  }
}

/** Resolves once the run holds before its first step, or has ended. */
async function untilHeld(run: DebuggedRun): Promise<void> {
  const isHeld = (): boolean => run.state !== 'starting';
  if (isHeld()) return;
  await new Promise<void>((resolve) => {
    const subscription = run.onDidChange(() => {
      if (!isHeld()) return;
      subscription.dispose();
      resolve();
    });
    void run.finished.then(() => {
      subscription.dispose();
      resolve();
    });
  });
}
