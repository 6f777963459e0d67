// One handler per request of the Debug Adapter Protocol. Lines are counted from 1 here.
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { LaunchRequest } from '../debuggedRun';
import { completions } from './completions';
import type { Debuggee } from './debuggee';
import { LOOK_REQUEST } from './events';
import { exceptionInfo } from './exceptionInfo';
import type { Inspector } from './inspector';
import { SessionError } from './sessionError';
import { framesOf, idleFrames } from './stack';

/** The body of the answer; `afterwards` is done once the answer is sent. */
export interface Answer {
  body?: object;
  afterwards?: () => void;
}

/** Arguments come as the editor sends them. */
type Handler<T = unknown> = (args: T) => Answer | Promise<Answer>;

/** Handlers by command. */
export function handlersOf(debuggee: Debuggee, inspector: Inspector): Record<string, Handler> {
  const handlers: Record<string, Handler> = {};
  /** Arguments are typed by the protocol, and sent by the editor itself. */
  const on = <T>(command: string, handler: Handler<T>): void => {
    handlers[command] = (args) => handler(args as T);
  };
  onGoing(on, debuggee);
  onBreakpoints(on, debuggee, inspector);
  onLooking(on, debuggee, inspector);
  return handlers;
}

type On = <T>(command: string, handler: Handler<T>) => void;

/** Requests that make the training go on, back, or end. */
function onGoing(on: On, debuggee: Debuggee): void {
  const moving = (move: () => void): Answer => {
    debuggee.requireStopped();
    return { body: { allThreadsContinued: true }, afterwards: move };
  };
  on('continue', () => moving(() => debuggee.move((walk) => walk.goOn())));
  on('next', () => moving(() => debuggee.move((walk) => walk.goOn({ step: walk.place.step + 1 }))));
  on('stepIn', () => moving(() => debuggee.move((walk) => walk.stepIn(), true)));
  on('stepOut', () => moving(() => debuggee.move((walk) => walk.goOn(epochEnd(debuggee)))));
  on('stepBack', () => moving(() => debuggee.stepBack()));
  on('reverseContinue', () => moving(() => debuggee.move((walk) => walk.reverse(), true)));
  on('pause', () => ({ afterwards: () => debuggee.pause() }));
  on<{ arguments?: LaunchRequest }>('restart', async (args) => {
    await debuggee.restart(args.arguments);
    return {};
  });
  on('terminate', async () => {
    await debuggee.stop();
    return {};
  });
  on('disconnect', async () => {
    await debuggee.leave();
    return {};
  });
}

/** The end of the epoch of the next step. */
function epochEnd(debuggee: Debuggee): { step?: number; epoch?: number } {
  const { view, run } = debuggee;
  const stepsPerEpoch = run?.plan.stepsPerEpoch;
  const { step = 0, record, isUpdated = true } = view ?? {};
  const isPlanned =
    stepsPerEpoch !== undefined &&
    (record?.epoch === undefined || Math.ceil(step / stepsPerEpoch) === record.epoch);
  if (isPlanned) {
    const done = isUpdated ? step : step - 1;
    return { step: (Math.floor(done / stepsPerEpoch) + 1) * stepsPerEpoch };
  }
  return record?.epoch === undefined ? {} : { epoch: record.epoch };
}

function onBreakpoints(on: On, debuggee: Debuggee, inspector: Inspector): void {
  const { breakpoints } = debuggee;
  const set = (shown: DebugProtocol.Breakpoint[]): Answer => {
    debuggee.reconsider();
    return { body: { breakpoints: shown } };
  };
  on<DebugProtocol.SetBreakpointsArguments>('setBreakpoints', ({ source, breakpoints: wanted }) =>
    set(breakpoints.setSource(source.path ?? '', wanted ?? [])),
  );
  on<DebugProtocol.SetFunctionBreakpointsArguments>('setFunctionBreakpoints', (args) =>
    set(breakpoints.setFunctions(args.breakpoints)),
  );
  on<DebugProtocol.SetDataBreakpointsArguments>('setDataBreakpoints', (args) =>
    set(breakpoints.setData(args.breakpoints)),
  );
  on<DebugProtocol.SetExceptionBreakpointsArguments>('setExceptionBreakpoints', (args) => {
    const plain = args.filters.map((filterId) => ({ filterId }));
    return set(breakpoints.exceptions.set([...plain, ...(args.filterOptions ?? [])]));
  });
  on<DebugProtocol.DataBreakpointInfoArguments>('dataBreakpointInfo', async (args) => ({
    body: await inspector.dataBreakpointInfo(args),
  }));
  on<DebugProtocol.BreakpointLocationsArguments>('breakpointLocations', (args) => {
    const { source, line, endLine = line } = args;
    const lines = breakpoints.linesOf(source.path ?? '', line, endLine);
    return { body: { breakpoints: lines.map((one) => ({ line: one })) } };
  });
  on('exceptionInfo', () => {
    const halt = debuggee.halt;
    const mark = halt && 'marks' in halt ? halt.marks.find((one) => 'exception' in one) : undefined;
    if (!mark || !('exception' in mark)) {
      throw new SessionError('The training has not stopped at an exception.');
    }
    return { body: exceptionInfo(mark.exception, debuggee.run?.findings ?? []) };
  });
}

function onLooking(on: On, debuggee: Debuggee, inspector: Inspector): void {
  on('threads', () => {
    const { facts = [], steps = [] } = debuggee.run ?? {};
    return { body: { threads: debuggee.threads.list(facts, steps) } };
  });
  on<DebugProtocol.StackTraceArguments>('stackTrace', async (args) => {
    const { threadId, startFrame = 0, levels } = args;
    const { view, program } = debuggee;
    if (!view || !debuggee.isStopped) throw new SessionError('The training goes on.');
    const { run, record } = view;
    const isActive = debuggee.threads.threadOf(run.facts, record) === threadId;
    const frames = isActive ? await framesOf(view, program) : idleFrames(run.title, program);
    const end = levels ? startFrame + levels : undefined;
    return { body: { stackFrames: frames.slice(startFrame, end), totalFrames: frames.length } };
  });
  on('scopes', () => ({ body: { scopes: inspector.scopes() } }));
  on<DebugProtocol.VariablesArguments>('variables', async (args) => ({
    body: { variables: await inspector.variables(args) },
  }));
  on<DebugProtocol.SetVariableArguments>('setVariable', async (args) => ({
    body: await inspector.setVariable(args),
  }));
  on<DebugProtocol.SetExpressionArguments>('setExpression', async (args) => ({
    body: await inspector.setExpression(args),
  }));
  on<DebugProtocol.EvaluateArguments>('evaluate', async (args) => ({
    body: await inspector.evaluate(args),
  }));
  on<DebugProtocol.ReadMemoryArguments>('readMemory', async (args) => ({
    body: { ...(await inspector.readMemory(args)) },
  }));
  on<DebugProtocol.CompletionsArguments>('completions', ({ text, column }) => {
    const { view } = debuggee;
    const targets = view ? completions(text.slice(0, column - 1), view.names) : [];
    return { body: { targets } };
  });
  on('modules', () => {
    const modules = (debuggee.run?.layers ?? []).map(({ name, className, tensors }) => {
      const sizes = tensors.map(({ shape }) => shape.reduce((size, length) => size * length, 1));
      return { id: name, name, className, parameters: sizes.reduce((sum, size) => sum + size, 0) };
    });
    return { body: { modules, totalModules: modules.length } };
  });
  on<{ step?: number } | undefined>(LOOK_REQUEST, (args) => {
    inspector.clear();
    debuggee.look(args?.step);
    return {};
  });
}
