// The tensors and numbers that a training changes: the model's weights, trained or not, and the fields
// of its optimizer, as tfjs 4.22 keeps them.
import type { LayersModel, Optimizer, Tensor, Variable } from '@tensorflow/tfjs';
import type { TfNamespace } from '../../../src/shared/tap/types';
import type { Checkpoint, SavedTensor } from './checkpoint';

/** Optimizers keep moments in such lists, one entry a variable, made at the first step. */
interface SlotEntry {
  originalName: string;
  variable: Variable;
}

/** A variable, of which only this is needed. */
export type Assignable = Tensor & Pick<Variable, 'assign'>;

/** Fields of an optimizer that change while it trains. */
const NUMBERS = ['iterations_', 'learningRate'];

/** Every tensor that training changes, by a name that is the same in a run that is built again. */
export function changingTensors(
  tf: TfNamespace,
  model: LayersModel,
  optimizer: Optimizer,
): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  model.weights.forEach((weight, i) => tensors.set(`weight/${i}`, weight.read()));
  for (const [field, value] of Object.entries(optimizer)) {
    if (value instanceof tf.Variable) tensors.set(`field/${field}`, value);
    for (const [i, { variable }] of slotsOf(tf, value).entries()) {
      tensors.set(`slot/${field}/${i}`, variable);
    }
  }
  return tensors;
}

/** The optimizer's numbers. */
export function changingNumbers(optimizer: Optimizer): Record<string, number> {
  const fields = optimizer as unknown as Record<string, unknown>;
  const entries = NUMBERS.map((name) => [name, fields[name]] as const);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}

/** True for tfjs's own optimizers, whose fields are known; a user's own may keep its state anywhere. */
export function isKnownOptimizer(tf: TfNamespace, optimizer: Optimizer): boolean {
  const own = [
    ...[tf.SGDOptimizer, tf.MomentumOptimizer, tf.AdagradOptimizer, tf.AdadeltaOptimizer],
    ...[tf.AdamOptimizer, tf.AdamaxOptimizer, tf.RMSPropOptimizer],
  ];
  // Not by constructor: the tap puts proxies in the place of the classes.
  return own.some((known) => Object.getPrototypeOf(optimizer) === known.prototype);
}

/** The variables that `optimizer` keeps for itself, by its own names for them. */
export function slotTensors(tf: TfNamespace, optimizer: Optimizer): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const [field, value] of Object.entries(optimizer)) {
    if (value instanceof tf.Variable) tensors.set(field, value);
    for (const { originalName, variable } of slotsOf(tf, value)) {
      tensors.set(originalName, variable);
    }
  }
  return tensors;
}

/** Gives `variable` these values, and has them on the device where they were there. */
export function assignValues(
  tf: TfNamespace,
  variable: Assignable,
  { values, shape, dtype, onDevice }: Omit<SavedTensor, 'name'>,
): void {
  // Backends take arrays as they are: these stay the caller's.
  tf.tidy(() => variable.assign(tf.tensor(values.slice(), shape, dtype)));
  if (onDevice) upload(tf, variable);
}

/**
 * Puts the state of `checkpoint` into a model and an optimizer: those that it was taken of, or others that
 * were built like them. Slots that it does not know are disposed: they are made at the next step.
 */
export function restoreState(
  tf: TfNamespace,
  model: LayersModel,
  optimizer: Optimizer,
  checkpoint: Checkpoint,
): void {
  const fields = optimizer as unknown as Record<string, unknown>;
  const place = (saved: SavedTensor, variable: Assignable): void =>
    assignValues(tf, variable, saved);
  const known = changingTensors(tf, model, optimizer);
  dropSlots(tf, optimizer, new Set(checkpoint.tensors.map(({ name }) => name)));
  for (const saved of checkpoint.tensors) {
    const variable = known.get(saved.name);
    if (variable) {
      place(saved, variable as Assignable);
      continue;
    }
    const [, field = '', index = ''] = saved.name.split('/');
    const list = fields[field];
    if (!Array.isArray(list)) continue;
    const made = tf.tidy(() => tf.variable(tf.zeros(saved.shape, saved.dtype), false));
    place(saved, made);
    const entry: SlotEntry = { originalName: `${field}/${index}`, variable: made };
    list[Number(index)] = entry;
  }
  for (const [name, value] of Object.entries(checkpoint.numbers)) {
    const { setLearningRate } = fields as { setLearningRate?: (rate: number) => void };
    if (name === 'learningRate' && setLearningRate) setLearningRate.call(optimizer, value);
    else fields[name] = value;
  }
}

/** Disposes the slots that are not among `kept`. */
function dropSlots(tf: TfNamespace, optimizer: Optimizer, kept: ReadonlySet<string>): void {
  for (const [field, value] of Object.entries(optimizer)) {
    const slots = slotsOf(tf, value);
    const left = slots.filter((_, i) => kept.has(`slot/${field}/${i}`));
    for (const slot of slots) if (!left.includes(slot)) slot.variable.dispose();
    // The optimizer's own list, which it fills anew.
    if (slots.length > left.length) slots.splice(0, slots.length, ...left);
  }
}

function slotsOf(tf: TfNamespace, value: unknown): SlotEntry[] {
  if (!Array.isArray(value)) return [];
  const entries = value as Partial<SlotEntry>[];
  const isSlots = entries.every(
    (entry) => (entry as object | undefined) && entry.variable instanceof tf.Variable,
  );
  return isSlots ? (entries as SlotEntry[]) : [];
}

interface WebglInternals {
  texData?: { has(dataId: object): boolean; get(dataId: object): { texture?: unknown } };
  uploadToGPU?(dataId: object): void;
}

/** True where a tensor is in a texture. */
export function isOnDevice(tf: TfNamespace, { dataId }: Tensor): boolean {
  const { texData } = tf.backend() as unknown as WebglInternals;
  return texData?.has(dataId) === true && Boolean(texData.get(dataId).texture);
}

function upload(tf: TfNamespace, { dataId }: Tensor): void {
  const backend = tf.backend() as unknown as WebglInternals;
  backend.uploadToGPU?.(dataId);
}
