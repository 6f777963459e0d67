// What a fix is: edits of one source text that carry out a remedy. Offsets count UTF-16 units, as
// strings and VS Code documents do.
import type { Remedy } from '../shared/core/finding';
import type { LayerInfo } from '../shared/core/run';

/** A source file as it is now. */
export interface SourceText {
  /** Absolute path with forward slashes, as {@link LayerInfo.location} names it. */
  file: string;
  text: string;
}

/** Replaces the text from `start` to before `end`. Edits of one plan do not overlap. */
export interface TextEdit {
  start: number;
  end: number;
  text: string;
}

/** What a fix has to know of the run besides the remedy. */
export interface FixContext {
  /** The run's layers with weights, in forward order. */
  layers: readonly LayerInfo[];
  kind: 'program' | 'experiment';
  /** Names of the layers that give the model's outputs. Default: the last of `layers`. */
  outputs?: readonly string[];
  /** Learning rate when the finding was stated: tells two optimizers apart. */
  learningRate?: number;
  /** The file's text when the run began, by which a layer is found again in a text edited since. */
  trainedText?: string;
}

/** Edits of one file that carry out a remedy. */
export interface FixPlan {
  /** What the edits do, in words: `Use activation 'relu' with heUniform in 20 hidden layers`. */
  title: string;
  /** By start. */
  edits: readonly TextEdit[];
}

/** Plans one kind of remedy; undefined where it cannot be done safely, or is done already. */
export type Planner<S> = (source: S, remedy: Remedy, context: FixContext) => FixPlan | undefined;

/** The text with the edits applied. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let at = 0;
  for (const edit of edits) {
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at);
}

/** Collects the edits of a plan; the same edit twice (a shared constant) counts once. */
export class Edits {
  private readonly list: TextEdit[] = [];

  get isEmpty(): boolean {
    return this.list.length === 0;
  }

  replace(start: number, end: number, text: string): void {
    const known = this.list.some(
      (edit) => edit.start === start && edit.end === end && edit.text === text,
    );
    if (!known) this.list.push({ start, end, text });
  }

  /** Insertions at one place stay in the order in which they were made. */
  insert(at: number, text: string): void {
    this.replace(at, at, text);
  }

  /** The plan; undefined where nothing is left to do, or where two edits contradict each other. */
  plan(title: string): FixPlan | undefined {
    const edits = [...this.list].sort((a, b) => a.start - b.start || a.end - b.end);
    const isClear = edits.every((edit, i) => edit.start >= (edits[i - 1]?.end ?? 0));
    return edits.length > 0 && isClear ? { title, edits } : undefined;
  }
}
