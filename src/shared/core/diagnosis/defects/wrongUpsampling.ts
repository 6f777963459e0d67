// The gradient of UpSampling2D with nearest neighbours is wrong on the cpu backend of tfjs 4.22 from the
// second sample of a batch on: it reads the incoming gradient at the offset of the (smaller) image. By
// finite differences the error is as large as the gradient itself. With one sample per batch it is right,
// and so are bilinear interpolation and the other backends.
import type { LayerFacts, ModelFacts } from '../../facts';
import type { Statement } from '../rule';
import type { DiagnosisWindow } from '../window';

/** Layers with trained weights whose gradient comes through `layer`. */
function learnersBefore({ layers }: ModelFacts, layer: LayerFacts): string[] {
  const byName = new Map(layers.map((one) => [one.name, one]));
  const reached = new Set<LayerFacts>();
  const queue = [...layer.inbound];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const before = byName.get(name);
    if (!before || reached.has(before)) continue;
    reached.add(before);
    queue.push(...before.inbound);
  }
  return layers
    .filter((one) => reached.has(one) && one.trainable && one.initialKernel)
    .map(({ name }) => name);
}

const cache = new WeakMap<ModelFacts, Statement | undefined>();

/** States the defect for models on the cpu backend that train through such a layer. */
export function wrongUpsampling(_: DiagnosisWindow, facts: ModelFacts): Statement | undefined {
  if (facts.backend !== 'cpu' || facts.batchSize < 2) return undefined;
  if (!cache.has(facts)) cache.set(facts, compute(facts));
  return cache.get(facts);
}

function compute(facts: ModelFacts): Statement | undefined {
  const layer = facts.layers.find(
    ({ className, interpolation }) =>
      className === 'UpSampling2D' && (interpolation ?? 'nearest') === 'nearest',
  );
  if (!layer) return undefined;
  const learners = learnersBefore(facts, layer);
  if (learners.length === 0) return undefined;
  return {
    severity: 'warning',
    layer: layer.name,
    relatedLayers: learners,
    since: facts.step,
    evidence: {
      measured: facts.batchSize,
      threshold: 1,
      unit: 'samples per batch for which the gradient is right',
      window: 1,
    },
    message:
      `tfjs computes the gradient of ${layer.name} (UpSampling2D) wrong on the cpu backend for all ` +
      `samples of a batch but the first: ${learners.join(', ')} before it ` +
      `${learners.length === 1 ? 'learns' : 'learn'} from wrong gradients. WebGL and wasm are right.`,
    remedies: [
      {
        id: 'check-graph',
        title:
          "Train on the backend webgl or wasm, or with interpolation: 'bilinear', whose gradient is right.",
        layers: [layer.name],
        values: { interpolation: 'bilinear' },
      },
    ],
  };
}
