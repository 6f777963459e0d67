// Functional models, layer by layer.
import type { SymbolicTensor } from '@tensorflow/tfjs';

/** What all layers share. */
interface Applicable {
  apply(inputs: SymbolicTensor | SymbolicTensor[]): unknown;
}

/** The output of `layer` on `x`: of a layer with one output. */
export const apply = (layer: Applicable, x: SymbolicTensor | SymbolicTensor[]): SymbolicTensor =>
  layer.apply(x) as SymbolicTensor;
