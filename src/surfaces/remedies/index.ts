// The remedies of findings as edits of the user's files: planned from the texts as they are now, looked
// at before they are made, applied as one change of the workspace.
import * as vscode from 'vscode';
import type { ModelRun } from '../../api';
import type { FixesService } from '../../platform/fixesService';
import type { RunRegistry } from '../../run/runRegistry';
import type { Finding, Remedy, RemedyId, RuleId } from '../../shared/core/finding';
import { isTrial } from '../../trial';
import { textNow, type TrainedTexts } from '../trainedTexts';
import { planRemedy, type RemedyPlan } from './plan';
import { FixPreview } from './preview';

export type { RemedyPlan } from './plan';

/** Names a remedy of a run: what `gradientLens.applyRemedy` takes. */
export interface RemedyReference {
  run: string;
  rule: RuleId;
  /** Layer of the finding, where the rule has findings for several. */
  layer?: string;
  remedy: RemedyId;
  /** Title of its plan, where a finding has several remedies of one kind. */
  title?: string;
}

/** A remedy that can be carried out now. */
export interface OpenRemedy {
  run: ModelRun;
  finding: Finding;
  plan: RemedyPlan;
}

/** A finding that holds, and its run. */
interface OpenFinding {
  run: ModelRun;
  finding: Finding;
}

/** Plans remedies for the editor. */
export class Remedies implements vscode.Disposable {
  /** Shows the difference that a plan makes, and asks. */
  readonly preview: FixPreview;

  constructor(
    private readonly registry: RunRegistry<ModelRun>,
    private readonly trained: TrainedTexts,
    private readonly fixes: FixesService,
  ) {
    this.preview = new FixPreview(() => fixes.get());
  }

  /** The open findings of the newest run of each model. */
  findings(): OpenFinding[] {
    const newest = new Map<string, ModelRun>();
    for (const run of this.registry.runs) if (!isTrial(run)) newest.set(run.model.toString(), run);
    return [...newest.values()].flatMap((run) =>
      run.findings
        .filter(({ closedStep }) => closedStep === undefined)
        .map((finding) => ({ run, finding })),
    );
  }

  /** The edits of one remedy; undefined where it is none, is done, or cannot be done safely. */
  plan(run: ModelRun, remedy: Remedy): RemedyPlan | undefined {
    return planRemedy(this.fixes.get(), run, remedy, {
      model: run.model.fsPath,
      now: textNow,
      trained: (file) => this.trained.of(run, file),
    });
  }

  /** What can be done about a finding, most effective first; the same edit once. */
  plans({ run, finding }: OpenFinding): OpenRemedy[] {
    const titles = new Set<string>();
    return finding.remedies.flatMap((remedy) => {
      const plan = this.plan(run, remedy);
      if (!plan || titles.has(plan.title)) return [];
      titles.add(plan.title);
      return [{ run, finding, plan }];
    });
  }

  /** The remedy that a reference names, if it can be carried out now. */
  find({ run: id, rule, layer, remedy, title }: RemedyReference): OpenRemedy | undefined {
    const run = this.registry.byId(id);
    const finding = run?.findings.findLast(
      (one) => one.rule === rule && (layer === undefined || one.layer === layer),
    );
    if (!run || !finding) return undefined;
    const plans = finding.remedies
      .filter((one) => one.id === remedy)
      .flatMap((one) => this.plan(run, one) ?? []);
    // Numbers in a title change while a run goes on: then the first of the kind is meant.
    const plan = plans.find((one) => one.title === title) ?? plans[0];
    return plan && { run, finding, plan };
  }

  /** The texts of the files that a plan changes, with its edits, by their path on this machine. */
  textsWith({ files }: RemedyPlan): Map<string, string> {
    const { applyEdits } = this.fixes.get();
    return new Map(
      files.map(({ file, text, edits }) => [vscode.Uri.file(file).fsPath, applyEdits(text, edits)]),
    );
  }

  /** How commands and buttons name a remedy. */
  referenceTo({ run, finding, plan }: OpenRemedy): RemedyReference {
    const { rule, layer } = finding;
    const { remedy, title } = plan;
    return { run: run.id, rule, ...(layer !== undefined && { layer }), remedy: remedy.id, title };
  }

  dispose(): void {
    this.preview.dispose();
  }
}

/** The change of the workspace that carries out a plan. */
export function workspaceEdit({ files }: Pick<RemedyPlan, 'files'>): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  for (const { file, text, edits } of files) {
    const at = positionsIn(text);
    const changes = edits.map(({ start, end, text: replacement }) =>
      vscode.TextEdit.replace(new vscode.Range(at(start), at(end)), replacement),
    );
    edit.set(vscode.Uri.file(file), changes);
  }
  return edit;
}

/** From offsets to positions, as a document of this text counts them. */
function positionsIn(text: string): (offset: number) => vscode.Position {
  const starts = [0];
  for (const { index } of text.matchAll(/\r\n|\r|\n/g)) {
    starts.push(index + (text.startsWith('\r\n', index) ? 2 : 1));
  }
  return (offset) => {
    const line = starts.findLastIndex((start) => start <= offset);
    return new vscode.Position(line, offset - (starts[line] ?? 0));
  };
}
