// The edits that a remedy of a run takes: in the file of its model, or where its layers are built. Knows
// no editor, so that trials of a fix and tests plan the same way.
import type { FixContext, FixPlan, SourceText, TextEdit } from '../../fixes';
import { recognise } from '../../model/recognise';
import { forwardSlashes } from '../../model/sourceMap';
import type { ModelFacts } from '../../shared/core/facts';
import type { Remedy } from '../../shared/core/finding';
import type { LayerInfo } from '../../shared/core/run';
import type { StepRecord } from '../../shared/core/stepRecord';
import type { Fixes } from '../../platform/fixesService';

/** The part of a run that a plan is made from. */
export interface RemedyRun {
  layers: readonly LayerInfo[];
  facts: readonly ModelFacts[];
  steps: readonly StepRecord[];
}

/** Texts of the user's files. */
export interface RemedyTexts {
  /** Path of the model's file. */
  model: string;
  /** As the file or its editor has it now; undefined where it cannot be read. */
  now(file: string): string | undefined;
  /** As it was when the run began; undefined where nobody knows. */
  trained(file: string): string | undefined;
}

/** Edits of one file. */
export interface FileEdits {
  file: string;
  /** The text that the edits are about. */
  text: string;
  edits: readonly TextEdit[];
}

/** Edits that carry out a remedy. */
export interface RemedyPlan {
  /** What they do, in words. */
  title: string;
  remedy: Remedy;
  files: readonly FileEdits[];
}

/**
 * Names of the layers with weights that give the outputs. An output without weights (an activation by
 * itself) is given by the last layer with weights before it.
 */
export function outputsOf({ layers, facts }: RemedyRun): string[] {
  const trained = new Set(layers.map(({ name }) => name));
  const found = new Set<string>();
  for (const model of facts) {
    const byName = new Map(model.layers.map((layer) => [layer.name, layer]));
    const seen = new Set<string>();
    const visit = (name: string): void => {
      if (seen.has(name)) return;
      seen.add(name);
      if (trained.has(name)) found.add(name);
      else byName.get(name)?.inbound.forEach(visit);
    };
    for (const { layer } of model.outputs) visit(layer);
  }
  return [...found];
}

/**
 * The layer with weights that a name stands for: a layer without weights (an activation by itself) has
 * no place in the source that the run knows, but the layer before it has.
 */
function withWeights(name: string, { layers, facts }: RemedyRun): string | undefined {
  const models = facts.map((model) => new Map(model.layers.map((layer) => [layer.name, layer])));
  const seen = new Set<string>();
  for (let at = name; !seen.has(at);) {
    if (layers.some((layer) => layer.name === at)) return at;
    seen.add(at);
    const inbound = models.find((model) => model.has(at))?.get(at)?.inbound ?? [];
    if (inbound.length === 1) at = inbound[0] ?? at;
  }
  return undefined;
}

/** Layers of the remedy by file; undefined where one of them was built in none. */
function layersByFile(remedy: Remedy, run: RemedyRun): Map<string, string[]> | undefined {
  const byFile = new Map<string, string[]>();
  for (const asked of remedy.layers ?? []) {
    const name = withWeights(asked, run);
    const file = run.layers.find((layer) => layer.name === name)?.location?.file;
    if (name === undefined || file === undefined) return undefined;
    const here = byFile.get(file) ?? [];
    if (!here.includes(name)) byFile.set(file, [...here, name]);
  }
  return byFile;
}

/** Plans a remedy of a run; undefined where it is no edit, is done, or cannot be done safely. */
export function planRemedy(
  { planFix }: Pick<Fixes, 'planFix'>,
  run: RemedyRun,
  remedy: Remedy,
  texts: RemedyTexts,
): RemedyPlan | undefined {
  const model = forwardSlashes(texts.model);
  const kind = recognise(model, texts.now(model) ?? '').kind;
  const outputs = outputsOf(run);
  const learningRate = run.steps.at(-1)?.learningRate;
  const planIn = (file: string, wanted: Remedy): (FixPlan & { source: SourceText }) | undefined => {
    const text = texts.now(file);
    if (text === undefined) return undefined;
    const trainedText = texts.trained(file);
    const context: FixContext = {
      layers: run.layers,
      kind,
      ...(outputs.length > 0 && { outputs }),
      ...(learningRate !== undefined && { learningRate }),
      ...(trainedText !== undefined && { trainedText }),
    };
    const plan = planFix({ file, text }, wanted, context);
    return plan && { ...plan, source: { file, text } };
  };
  // A frozen layer has no weights that train, and so no place: its name in the source tells it.
  const byFile = remedy.id === 'unfreeze' ? new Map<string, string[]>() : layersByFile(remedy, run);
  if (!byFile) return undefined;
  const placed = [...byFile];
  if (placed.length > 0) {
    // All files or none: half of a remedy is another net.
    const plans = placed.map(([file, layers]) => planIn(file, { ...remedy, layers }));
    const whole = plans.flatMap((plan) => (plan ? [plan] : []));
    return whole.length === plans.length ? joined(remedy, whole) : undefined;
  }
  const helpers = run.layers.flatMap(({ location }) => (location ? [location.file] : []));
  for (const file of new Set([model, ...helpers])) {
    const plan = planIn(file, remedy);
    if (plan) return joined(remedy, [plan]);
  }
  return undefined;
}

function joined(remedy: Remedy, plans: readonly (FixPlan & { source: SourceText })[]): RemedyPlan {
  const titles = [...new Set(plans.map(({ title }) => title))];
  return {
    title: titles.join('; '),
    remedy,
    files: plans.map(({ source, edits }) => ({ ...source, edits })),
  };
}
