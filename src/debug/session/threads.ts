// Threads of a session: the models of the run, each with its optimizer. Only one of them takes a step at a time.
import type { ModelFacts } from '../../shared/core/facts';
import type { StepRecord } from '../../shared/core/stepRecord';

/** The thread before any model is known. */
export const FIRST_THREAD = 1;

export interface ModelThread {
  id: number;
  name: string;
}

/** Gives each model a number that stays. */
export class ModelThreads {
  private readonly ids = new Map<string, number>();

  list(facts: readonly ModelFacts[]): ModelThread[] {
    if (facts.length === 0) return [{ id: FIRST_THREAD, name: 'training' }];
    return facts
      .map((model) => ({ id: this.idOf(model), name: nameOf(model) }))
      .sort((a, b) => a.id - b.id);
  }

  /** The thread that took a step. */
  threadOf(facts: readonly ModelFacts[], record: StepRecord | undefined): number {
    const trained = Object.keys(record?.layers ?? {});
    const model = facts.find(({ trainedLayers }) =>
      trained.some((layer) => trainedLayers.includes(layer)),
    );
    return model ? this.idOf(model) : FIRST_THREAD;
  }

  private idOf({ trainedLayers }: ModelFacts): number {
    const key = JSON.stringify(trainedLayers);
    const known = this.ids.get(key) ?? this.ids.size + 1;
    this.ids.set(key, known);
    return known;
  }
}

function nameOf({ optimizer, trainedLayers }: ModelFacts): string {
  const [first = 'model'] = trainedLayers;
  const last = trainedLayers.at(-1) ?? first;
  return `${optimizer.className} over ${first === last ? first : `${first} … ${last}`}`;
}
