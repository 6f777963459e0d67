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
type Assignable = Tensor & Pick<Variable, 'assign'>;

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

/** Puts the state of `checkpoint` into a model and an optimizer that were built like the first ones. */
export function restoreState(
  tf: TfNamespace,
  model: LayersModel,
  optimizer: Optimizer,
  checkpoint: Checkpoint,
): void {
  const fields = optimizer as unknown as Record<string, unknown>;
  const place = (saved: SavedTensor, variable: Assignable): void => {
    tf.tidy(() => variable.assign(tf.tensor(saved.values, saved.shape, saved.dtype)));
    if (saved.onDevice) upload(tf, variable);
  };
  const known = changingTensors(tf, model, optimizer);
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
