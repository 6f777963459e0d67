// On which lines the layers of a run stand now: where they were built, moved along with every edit. A
// line that is edited says nothing any more, until the edit is undone: it is not the one that trained.
import type { LayerInfo } from '../../shared/core/run';
import { lineAfterEdit, type LineEdit } from '../problemEntries';

/** The layers that one line of the source builds. A loop builds many. */
export interface LayerLine {
  /** From 0. */
  line: number;
  layers: readonly string[];
}

/** Follows the lines of one run's layers through edits. Files by path, with forward slashes. */
export class LayerLines {
  private readonly byFile = new Map<string, LayerLine[]>();
  /** Files edited since the run began: places that are told later are of the text before. */
  private readonly edited = new Set<string>();
  private readonly placed = new Set<string>();

  /** Takes the layers known so far; places those that are new. */
  setLayers(layers: readonly LayerInfo[]): void {
    for (const { name, location } of layers) {
      if (!location || this.placed.has(name) || this.edited.has(location.file)) continue;
      this.placed.add(name);
      const lines = this.byFile.get(location.file) ?? [];
      this.byFile.set(location.file, lines);
      const at = location.line - 1;
      const index = lines.findIndex(({ line }) => line === at);
      const known = lines[index];
      if (known) lines[index] = { line: at, layers: [...known.layers, name] };
      else lines.push({ line: at, layers: [name] });
    }
  }

  edit(file: string, edits: readonly LineEdit[]): void {
    if (edits.length === 0) return;
    this.edited.add(file);
    let lines = this.byFile.get(file);
    if (!lines) return;
    for (const edit of edits) {
      lines = lines.flatMap(({ line, layers }) => {
        const moved = lineAfterEdit(line, edit);
        return moved === undefined ? [] : [{ line: moved, layers }];
      });
    }
    this.byFile.set(file, lines);
  }

  /** The file has the text again that trained; true where it had another one. */
  restore(file: string, layers: readonly LayerInfo[]): boolean {
    if (!this.edited.delete(file)) return false;
    this.byFile.delete(file);
    for (const { name, location } of layers) {
      if (location?.file === file) this.placed.delete(name);
    }
    this.setLayers(layers);
    return true;
  }

  in(file: string): readonly LayerLine[] {
    return this.byFile.get(file) ?? [];
  }

  get files(): readonly string[] {
    return [...this.byFile.keys()];
  }
}
