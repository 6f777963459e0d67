// All breakpoints of a session: what the editor has set, which of it can be met, and the marks that they
// leave on the walk through a step.
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Finding } from '../../shared/core/finding';
import type { LayerInfo } from '../../shared/core/run';
import { similarName } from '../../shared/core/similarName';
import { ExpressionError } from '../expression/expressionError';
import { DataBreakpoint } from './dataBreakpoint';
import { ExceptionFilters } from './exceptionFilters';
import { layerMarks } from './layerBreakpoint';
import { comparablePath, layersByLine, lineNear } from './layerLines';
import type { Mark, SteppedStep } from './mark';
import { Trigger } from './trigger';

const PENDING = 'The layers are known once the first step has been taken.';

/** A breakpoint on a line or a name. */
interface LayerBreakpoint {
  id: number;
  reason: 'breakpoint' | 'function breakpoint';
  trigger: Trigger | undefined;
  /** Why it can never be met. */
  failure?: string;
  /** What tells it from others, so that a breakpoint that stays keeps its count. */
  key: string;
  file?: string;
  line?: number;
  name?: string;
  /** Layers that it is on, once known. */
  layers: readonly string[];
  shown: DebugProtocol.Breakpoint;
}

/** The layers that a breakpoint is on, or why there are none. */
type Placement = { layers: readonly string[]; line?: number } | { message: string };

/** The breakpoints of a session. */
export class Breakpoints {
  readonly exceptions = new ExceptionFilters();
  private sources = new Map<string, LayerBreakpoint[]>();
  private functions: LayerBreakpoint[] = [];
  private data: DataBreakpoint[] = [];
  private layers: readonly LayerInfo[] = [];
  private nextId = 1;

  /** @param program Path of the model file: lines of layers without a file are in it. */
  constructor(private readonly program: () => string) {}

  /** True where the training has to be taken step by step, each recorded in full. */
  get needSingleSteps(): boolean {
    return this.data.length > 0 || this.onLayers.some(({ trigger }) => trigger && !trigger.logs);
  }

  /** True where every record has to be looked at. */
  get areSet(): boolean {
    return this.exceptions.isOn || this.data.length > 0 || this.onLayers.length > 0;
  }

  setSource(
    path: string,
    wanted: readonly DebugProtocol.SourceBreakpoint[],
  ): DebugProtocol.Breakpoint[] {
    const key = comparablePath(path);
    const before = this.sources.get(key) ?? [];
    const set = wanted.map((one) =>
      this.made(before, { reason: 'breakpoint', file: path, line: one.line }, one),
    );
    this.sources.set(key, set);
    return set.map(({ shown }) => shown);
  }

  setFunctions(wanted: readonly DebugProtocol.FunctionBreakpoint[]): DebugProtocol.Breakpoint[] {
    this.functions = wanted.map((one) =>
      this.made(this.functions, { reason: 'function breakpoint', name: one.name }, one),
    );
    return this.functions.map(({ shown }) => shown);
  }

  setData(wanted: readonly DebugProtocol.DataBreakpoint[]): DebugProtocol.Breakpoint[] {
    this.data = [];
    return wanted.map(({ dataId, condition, hitCondition }) => {
      const id = this.nextId++;
      try {
        this.data.push(new DataBreakpoint(id, dataId, condition, hitCondition));
        return { id, verified: true };
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        return { id, verified: false, message: error.message, reason: 'failed' as const };
      }
    });
  }

  /** Takes the layers of the run; gives the breakpoints that are met or missed by it now. */
  setLayers(layers: readonly LayerInfo[]): DebugProtocol.Breakpoint[] {
    if (layers === this.layers) return [];
    this.layers = layers;
    return this.onLayers.flatMap((breakpoint) => {
      const before = breakpoint.shown;
      this.place(breakpoint);
      const { shown } = breakpoint;
      const isSame =
        before.verified === shown.verified &&
        before.line === shown.line &&
        before.message === shown.message;
      return isSame ? [] : [shown];
    });
  }

  /** Lines of a file between these on which layers are built. */
  linesOf(path: string, first: number, last: number): number[] {
    const lines = [...layersByLine(this.layers, path, this.program()).keys()];
    return lines.filter((line) => line >= first && line <= last).sort((a, b) => a - b);
  }

  /** The marks of a step by phase, exceptions before breakpoints; to be called for every step of the walk. */
  marks(step: SteppedStep, findings: readonly Finding[]): Mark[] {
    const marks = this.exceptions.marks(step, findings);
    for (const { id, reason, layers, trigger } of this.onLayers) {
      if (trigger) marks.push(...layerMarks(id, reason, layers, trigger, step));
    }
    for (const breakpoint of this.data) marks.push(...breakpoint.marks(step));
    return marks.sort((a, b) => a.phase - b.phase);
  }

  private get onLayers(): LayerBreakpoint[] {
    return [...[...this.sources.values()].flat(), ...this.functions];
  }

  private made(
    before: readonly LayerBreakpoint[],
    where: Pick<LayerBreakpoint, 'reason' | 'file' | 'line' | 'name'>,
    {
      condition,
      hitCondition,
      ...rest
    }: DebugProtocol.FunctionBreakpoint | DebugProtocol.SourceBreakpoint,
  ): LayerBreakpoint {
    const logMessage = 'logMessage' in rest ? rest.logMessage : undefined;
    const key = JSON.stringify([where, condition, hitCondition, logMessage]);
    const known = before.find((other) => other.key === key);
    if (known) return known;
    const id = this.nextId++;
    const breakpoint: LayerBreakpoint = {
      ...{ ...where, id, key, trigger: undefined, layers: [], shown: { id, verified: false } },
    };
    try {
      breakpoint.trigger = new Trigger({ condition, hitCondition, logMessage });
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      breakpoint.failure = error.message;
    }
    this.place(breakpoint);
    return breakpoint;
  }

  /** Finds the layers of a breakpoint. */
  private place(breakpoint: LayerBreakpoint): void {
    const { id, line } = breakpoint;
    const found = this.layersFor(breakpoint);
    const isMet = 'layers' in found;
    breakpoint.layers = isMet ? found.layers : [];
    const at = (isMet && found.line) || line;
    const shown = { id, verified: isMet, ...(at !== undefined && { line: at }) };
    if (isMet) breakpoint.shown = shown;
    else {
      const reason = found.message === PENDING ? 'pending' : 'failed';
      breakpoint.shown = { ...shown, message: found.message, reason };
    }
  }

  private layersFor(breakpoint: LayerBreakpoint): Placement {
    const { failure, file, line, name } = breakpoint;
    if (failure !== undefined) return { message: failure };
    if (this.layers.length === 0) return { message: PENDING };
    if (name !== undefined) {
      const names = this.layers.map((layer) => layer.name);
      if (names.includes(name)) return { layers: [name] };
      const similar = similarName(name, names);
      const hint =
        similar === undefined ? `There are: ${names.join(', ')}.` : `Did you mean ${similar}?`;
      return { message: `No layer is called ${name}. ${hint}` };
    }
    const lines = layersByLine(this.layers, file ?? '', this.program());
    const met = lineNear(lines, line ?? 0);
    if (met === undefined) return { message: 'No layer that trains is built on this line.' };
    return { layers: lines.get(met) ?? [], line: met };
  }
}
