// A change of a training under way in few words, for marks and lists.
import type { MadeChange } from '../shared/core/recording';

/** Short numbers, without digits that carry nothing: `0.001`, `1e-7`. */
const short = (value: number): string => String(Number(value.toPrecision(4)));

/** `learning rate 0.1 → 0.01`, `dense_1 frozen`. */
export function changeWords({ change, before }: MadeChange): string {
  const from = typeof before === 'number' ? `${short(before)} → ` : '';
  switch (change.type) {
    case 'learningRate':
      return `learning rate ${from}${short(change.value)}`;
    case 'clipNorm':
      return change.value === undefined
        ? 'gradients not clipped'
        : `gradients clipped at norm ${from}${short(change.value)}`;
    case 'trainable':
      return `${change.layer} ${change.value ? 'trained again' : 'frozen'}`;
    case 'element':
      return `${change.variable}[${change.index}] = ${from}${short(change.value)}`;
    case 'nudge':
      return `${change.variable} nudged by ${short(change.deviation)}`;
    case 'batch':
      return `batch ${change.batch} next`;
  }
}
