// Variants of a model's source: the texts of its files with the values of a trial written into them, by the same
// planner that carries out remedies.
import * as vscode from 'vscode';
import type { TextEdit } from '../../fixes';
import { recognise } from '../../model/recognise';
import { forwardSlashes } from '../../model/sourceMap';
import type { Fixes } from '../../platform/fixesService';
import type { Remedy } from '../../shared/core/finding';
import type { HyperparameterValue } from '../../shared/core/runSummary';
import { outputsOf, planRemedy, type FileEdits } from '../../surfaces/remedies/plan';
import { textNow } from '../../surfaces/trainedTexts';
import type { Probed } from './modelProbe';

/** Why a value cannot be written. */
export class VariantError extends Error {
  override readonly name = 'VariantError';
}

/** Values by parameter, in the order in which they are to be written. */
export type Settings = readonly (readonly [name: string, value: HyperparameterValue])[];

/** Texts by path as layers name it, forward slashes. */
type Texts = ReadonlyMap<string, string>;

/** Classes of layers whose activations are part of how they work. */
const RECURRENT = /rnn|lstm|gru|bidirectional/i;

/** Writes values into a model's source. */
export class Variants {
  private readonly probes = new Map<string, Promise<Probed>>();

  /** @param look Trains one step of the model with such texts, by path on this machine. */
  constructor(
    private readonly model: vscode.Uri,
    private readonly fixes: () => Fixes,
    private readonly look: (texts: ReadonlyMap<string, string>) => Promise<Probed>,
  ) {}

  /** The model as its files are now. */
  probe(): Promise<Probed> {
    return this.probed(new Map());
  }

  /** The texts that differ from the files, by path on this machine. Rejects with VariantError. */
  async texts(settings: Settings): Promise<Map<string, string>> {
    return toPaths(await this.write(settings));
  }

  /** The edits that write the values into the files as they are now. Rejects with VariantError. */
  async edits(settings: Settings, totalSteps?: number): Promise<FileEdits[]> {
    const written = await this.write(settings, totalSteps);
    return [...written].flatMap(([file, text]) => {
      const before = textNow(file) ?? '';
      return before === text ? [] : [{ file, text: before, edits: [difference(before, text)] }];
    });
  }

  private async write(settings: Settings, totalSteps?: number): Promise<Texts> {
    let texts: Texts = new Map();
    for (const [name, value] of settings) {
      const probed = await this.probed(name.startsWith('layers.') ? texts : new Map());
      const files = this.plan(name, value, texts, probed, totalSteps);
      const next = new Map(texts);
      for (const { file, text, edits } of files) {
        next.set(file, this.fixes().applyEdits(text, edits));
      }
      texts = next;
    }
    return texts;
  }

  /** The same texts are looked at once. */
  private probed(texts: Texts): Promise<Probed> {
    const key = JSON.stringify([...texts]);
    const known = this.probes.get(key) ?? this.look(toPaths(texts));
    this.probes.set(key, known);
    return known;
  }

  private plan(
    name: string,
    value: HyperparameterValue,
    texts: Texts,
    probed: Probed,
    totalSteps: number | undefined,
  ): readonly FileEdits[] {
    const now = (file: string): string | undefined => texts.get(file) ?? textNow(file);
    if (name === 'layers.activation' || name === 'layers.initializer') {
      const remedy = remedyFor(name, String(value), probed);
      if (!remedy) return [];
      const plan = planRemedy(this.fixes(), probed, remedy, {
        ...{ model: this.model.fsPath, now, trained: now },
      });
      return plan?.files ?? this.refuse(name, value);
    }
    const model = forwardSlashes(this.model.fsPath);
    const { kind } = recognise(model, now(model) ?? '');
    const learningRate = probed.steps.at(-1)?.learningRate;
    const helpers = probed.layers.flatMap(({ location }) => (location ? [location.file] : []));
    for (const file of new Set([model, ...helpers])) {
      const text = now(file);
      if (text === undefined) continue;
      const plan = this.fixes().planParameter({ file, text }, name, value, {
        ...{ layers: probed.layers, kind, outputs: outputsOf(probed), trainedText: text },
        ...(learningRate !== undefined && { learningRate }),
        ...(totalSteps !== undefined && { totalSteps }),
      });
      if (plan) return plan.edits.length > 0 ? [{ file, text, edits: plan.edits }] : [];
    }
    return this.refuse(name, value);
  }

  private refuse(name: string, value: HyperparameterValue): never {
    const file = vscode.workspace.asRelativePath(this.model, false);
    throw new VariantError(
      `${name} cannot be set to ${String(value)} in ${file}: it is not stated there, or in a way that cannot be edited safely. Leave it out, or make it a hyperparameter of the module.`,
    );
  }
}

/** What is to be done to the hidden layers; undefined where all of them are so already. */
function remedyFor(
  name: 'layers.activation' | 'layers.initializer',
  value: string,
  probed: Probed,
): Remedy | undefined {
  const outputs = new Set(outputsOf(probed));
  const hidden = probed.layers.filter(
    ({ name: layer, tensors, className }) =>
      !outputs.has(layer) &&
      !RECURRENT.test(className) &&
      tensors.some(({ shape }) => shape.length > 1),
  );
  if (name === 'layers.initializer') {
    const layers = hidden.map((layer) => layer.name);
    return { id: 'change-initializer', title: '', layers, values: { initializer: value } };
  }
  const active = hidden.filter(({ activation = 'linear' }) => activation !== 'linear');
  // Where none has one itself, each may stand in a layer of its own.
  const targets = (active.length > 0 ? active : hidden).filter(
    ({ activation }) => activation !== value,
  );
  if (targets.length === 0) return undefined;
  const layers = targets.map((layer) => layer.name);
  return { id: 'change-activation', title: '', layers, values: { activation: value } };
}

function toPaths(texts: Texts): Map<string, string> {
  return new Map([...texts].map(([file, text]) => [vscode.Uri.file(file).fsPath, text]));
}

/** One edit that makes `after` of `before`: what both begin and end with stays. */
export function difference(before: string, after: string): TextEdit {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let same = 0;
  while (same < most - start && before.at(-1 - same) === after.at(-1 - same)) same++;
  return { start, end: before.length - same, text: after.slice(start, after.length - same) };
}
