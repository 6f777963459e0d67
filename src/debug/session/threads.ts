// Threads of a session: the models of the run, each with its optimizer. Only one of them takes a step at a time.
import type { ModelFacts } from '../../shared/core/facts';
import type { StepRecord } from '../../shared/core/stepRecord';

/** The thread before any model is known. */
export const FIRST_THREAD = 1;

/** Records that are asked which layers are trained together. */
const NEWEST = 64;

export interface ModelThread {
  id: number;
  name: string;
}

/** Gives each model a number that stays. */
export class ModelThreads {
  private readonly ids = new Map<string, number>();

  /** @param steps Records: of layers that no known model trains, those trained together are a thread. */
  list(facts: readonly ModelFacts[], steps: readonly StepRecord[]): ModelThread[] {
    const threads = new Map<number, string>();
    for (const model of facts) threads.set(this.idOf(model.trainedLayers), nameOf(model));
    for (const record of steps.slice(-NEWEST)) {
      const trained = Object.keys(record.layers);
      const id = this.threadOf(facts, record);
      if (trained.length > 0 && !threads.has(id)) threads.set(id, `training of ${spanOf(trained)}`);
    }
    if (threads.size === 0) return [{ id: FIRST_THREAD, name: 'training' }];
    return [...threads].map(([id, name]) => ({ id, name })).sort((a, b) => a.id - b.id);
  }

  /** The thread that took a step. */
  threadOf(facts: readonly ModelFacts[], record: StepRecord | undefined): number {
    const trained = Object.keys(record?.layers ?? {});
    const model = facts.find(({ trainedLayers }) =>
      trained.some((layer) => trainedLayers.includes(layer)),
    );
    if (model) return this.idOf(model.trainedLayers);
    return trained.length > 0 ? this.idOf(trained) : FIRST_THREAD;
  }

  private idOf(trainedLayers: readonly string[]): number {
    const key = JSON.stringify(trainedLayers);
    const known = this.ids.get(key) ?? this.ids.size + 1;
    this.ids.set(key, known);
    return known;
  }
}

function nameOf({ optimizer, trainedLayers }: ModelFacts): string {
  return `${optimizer.className} over ${spanOf(trainedLayers)}`;
}

function spanOf(layers: readonly string[]): string {
  const [first = 'model'] = layers;
  const last = layers.at(-1) ?? first;
  return first === last ? first : `${first} … ${last}`;
}
