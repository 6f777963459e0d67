// A trial: a model trained with other texts than its files have, to see what a change would do. Its runs
// stand beside those of the model: in a panel of their own, and in none of the places of the source.
import type { Uri } from 'vscode';

/** What is tried. */
export interface Trial {
  /** In a few words, for titles: `with relu`. */
  name: string;
  /** Texts by absolute path, in the place of what the files or their editors hold. */
  texts: ReadonlyMap<string, string>;
}

/** What the runs of a trial have as their model: the file, with the trial's name behind it. */
export function trialModel(file: Uri, { name }: Trial): Uri {
  return file.with({ fragment: name });
}

/** True for the run of a trial. */
export function isTrial({ model }: { model: Uri }): boolean {
  return model.fragment !== '';
}
