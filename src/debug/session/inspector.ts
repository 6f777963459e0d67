// Answers what the editor asks of a stopped training: scopes, variables, memory, expressions, settings.
import type { DebugProtocol } from '@vscode/debugprotocol';
import { TENSOR_ROLES, type TensorRef } from '../../shared/core/recording';
import { commandOf, HELP } from '../changes/commands';
import { evaluate } from '../expression/evaluate';
import { List, Thing, textOf, type Value } from '../expression/values';
import { OpenEntries, type Entry } from '../variables/entry';
import { scopesOf } from '../variables/scopes';
import { valueEntry } from '../variables/values';
import type { View } from '../variables/view';
import type { Debuggee } from './debuggee';
import { SessionError } from './sessionError';

/** Bytes of an element in memory. */
const ELEMENT_BYTES = 4;
/** Entries that a request without a range gets at most. */
const PAGE = 100;

/** Looks into one session's run. */
export class Inspector {
  private readonly entries = new OpenEntries();

  constructor(private readonly debuggee: Debuggee) {}

  /** References end with the stop that they were given in. */
  clear(): void {
    this.entries.clear();
  }

  scopes(): DebugProtocol.Scope[] {
    return scopesOf(this.view, this.debuggee.changes).map(({ name, opening, expensive }) => ({
      ...{ name, expensive, variablesReference: this.entries.reference(opening) },
    }));
  }

  async variables(args: DebugProtocol.VariablesArguments): Promise<DebugProtocol.Variable[]> {
    const { variablesReference, filter, start = 0, count } = args;
    const opening = this.entries.get(variablesReference);
    if (!opening) throw new SessionError('The training has gone on: this is of an earlier stop.');
    const { indexed } = opening;
    const named = filter === 'indexed' ? [] : opening.named();
    const size = indexed ? count || (filter === 'indexed' ? indexed.count - start : PAGE) : 0;
    const paged = indexed && filter !== 'named' ? await indexed.page(start, size) : [];
    return [...named, ...paged].map((entry) => this.entries.shown(entry));
  }

  async setVariable({
    variablesReference,
    name,
    value,
  }: DebugProtocol.SetVariableArguments): Promise<{ value: string }> {
    const entry = await this.entryOf(variablesReference, name);
    if (!entry?.set) throw new SessionError(`${name} cannot be changed.`);
    this.debuggee.heldChanges();
    return { value: await entry.set(value) };
  }

  async setExpression({
    expression,
    value,
  }: DebugProtocol.SetExpressionArguments): Promise<{ value: string }> {
    const changes = this.debuggee.heldChanges();
    const text = expression.trim();
    if (/^(lr|learningRate|optimizer\.learningRate)$/.test(text)) {
      return { value: await changes.setLearningRate(value) };
    }
    if (text === 'clipNorm') return { value: await changes.setClipNorm(value) };
    const layer = /^(.+)\.trainable$/.exec(text)?.[1];
    if (layer !== undefined) {
      return { value: await changes.setTrainableTo(layer, value) };
    }
    throw new SessionError(
      `${text} cannot be set. Of a training, learningRate, clipNorm and a layer's trainable can be.`,
    );
  }

  /** An expression, or in the console also a command. */
  async evaluate({
    expression,
    context,
  }: DebugProtocol.EvaluateArguments): Promise<DebugProtocol.EvaluateResponse['body']> {
    const run = this.debuggee.run;
    const command = context === 'repl' && run ? commandOf(expression, run) : undefined;
    if (command?.type === 'help') return { result: HELP, variablesReference: 0 };
    if (command?.type === 'change') {
      const result = await command.make(this.debuggee.heldChanges());
      return { result, variablesReference: 0 };
    }
    if (command) {
      const { count } = command;
      const target = this.view.step + count;
      this.debuggee.move((walk) => walk.goOn({ step: target }));
      const result = `taking ${count} ${count === 1 ? 'step' : 'steps'}`;
      return { result, variablesReference: 0 };
    }
    const entry = valueEntry('', evaluate(expression, this.view.names), expression);
    const shown = this.entries.shown(entry);
    return {
      result: shown.value,
      ...(shown.type !== undefined && { type: shown.type }),
      variablesReference: shown.variablesReference,
    };
  }

  /** What a data breakpoint on a variable or an expression would watch. */
  async dataBreakpointInfo({
    variablesReference,
    name,
  }: DebugProtocol.DataBreakpointInfoArguments): Promise<
    DebugProtocol.DataBreakpointInfoResponse['body']
  > {
    const entry =
      variablesReference === undefined || variablesReference === 0
        ? undefined
        : await this.entryOf(variablesReference, name);
    const expression = entry ? entry.expression : name;
    if (expression === undefined) {
      return { dataId: null, description: `${name} is not a number of every step.` };
    }
    const value: Value = evaluate(expression, this.view.names);
    if (value instanceof Thing || value instanceof List) {
      const description = `Open ${name} and choose one of its numbers, e.g. its norm.`;
      return { dataId: null, description };
    }
    const description = `${expression} (now ${textOf(value, 4)}); a condition like < 1e-5 stops when it comes to hold`;
    return { dataId: expression, description, accessTypes: ['write'], canPersist: true };
  }

  /** Raw bytes of a recorded tensor: float32, in the byte order of this machine. */
  async readMemory({
    memoryReference,
    offset = 0,
    count,
  }: DebugProtocol.ReadMemoryArguments): Promise<DebugProtocol.ReadMemoryResponse['body']> {
    const ref = tensorRefOf(memoryReference);
    const { view } = this;
    const tensor = ref && view.tensor(ref);
    if (!ref || !tensor) {
      throw new SessionError(
        'The values of this tensor are not kept: they are of an earlier step.',
      );
    }
    const size = tensor.summary.count * ELEMENT_BYTES;
    const begin = Math.min(Math.max(0, offset), size);
    const end = Math.min(begin + Math.max(0, count), size);
    const address = `0x${begin.toString(16)}`;
    const unreadableBytes = Math.max(0, count - (end - begin));
    if (end === begin) return { address, unreadableBytes };
    const first = Math.floor(begin / ELEMENT_BYTES);
    const values = await view.debug.values(
      ref,
      first,
      Math.ceil(end / ELEMENT_BYTES) - first,
      view.step,
    );
    const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    const from = begin - first * ELEMENT_BYTES;
    const data = bytes.subarray(from, from + end - begin).toString('base64');
    return { address, data, ...(unreadableBytes > 0 && { unreadableBytes }) };
  }

  private get view(): View {
    const { view } = this.debuggee;
    if (!view) throw new SessionError('No run is debugged yet.');
    return view;
  }

  private async entryOf(reference: number, name: string): Promise<Entry | undefined> {
    const opening = this.entries.get(reference);
    const named = opening?.named().find((entry) => entry.name === name);
    if (named || !opening?.indexed) return named;
    const index = opening.indexed.indexOf(name);
    return index === undefined ? undefined : (await opening.indexed.page(index, 1))[0];
  }
}

const isRole = (value: unknown): value is TensorRef['role'] =>
  TENSOR_ROLES.some((role) => role === value);

/** Undoes `memoryReferenceOf`; the editor may hand back what it likes. */
function tensorRefOf(reference: string): TensorRef | undefined {
  try {
    const parsed: unknown = JSON.parse(reference);
    if (!Array.isArray(parsed)) return undefined;
    const [role, name, call] = parsed as unknown[];
    if (!isRole(role) || typeof name !== 'string' || typeof call !== 'number') return undefined;
    return { role, name, call };
  } catch {
    return undefined;
  }
}
