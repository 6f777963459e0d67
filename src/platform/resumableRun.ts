// A run on disk that may go on: what is known of it, and of the file that it trained.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type * as vscode from 'vscode';
import { TrainError } from '../api';
import { messageOf } from '../model/modelError';
import { recognise, type Recognition } from '../model/recognise';
import { endOf, type EndedRun, type ResumeEnd } from '../run/resumePlan';
import type { RunHistory } from '../run/runHistory';
import { decodeCheckpoint } from '../shared/protocol/checkpointCodec';
import { newestCheckpoint, type StoredCheckpoint } from '../store/checkpoints';
import type { RunManifest } from '../store/manifest';
import type { KeptCheckpoints } from './keptCheckpoints';
import type { KeptRuns } from './keptRuns';
import { unsavedFiles } from './unsavedFiles';

/** What a run is looked up with. */
export interface ResumeParts {
  kept: KeptRuns;
  checkpoints: KeptCheckpoints;
  log: Pick<vscode.LogOutputChannel, 'warn'>;
}

/** A run that has ended, as it lies on disk. */
export interface ResumableRun {
  id: string;
  model: vscode.Uri;
  manifest: RunManifest;
  history: RunHistory;
  run: EndedRun;
  ended: ResumeEnd | undefined;
  checkpoint: StoredCheckpoint | undefined;
  /** Of the text that was trained. */
  recognition: Recognition;
  /** True where the file is not what it was. */
  isChanged: boolean;
}

/** Reads what is known of a run. Rejects with TrainError where it cannot go on, and says why. */
export async function resumableRun(id: string, parts: ResumeParts): Promise<ResumableRun> {
  const { kept, checkpoints, log } = parts;
  await kept.written(id);
  await checkpoints.written(id);
  const refuse = (why: string): never => {
    throw new TrainError('not-resumable', `The run cannot go on: ${why}`);
  };
  const opened = await kept.open(id).catch((error: unknown) => refuse(messageOf(error)));
  const folder = kept.folderOf(id);
  if (folder === undefined) return refuse('it is not on disk. Train the model again.');
  const manifest = await kept.catalogue
    .manifest(id)
    .catch((error: unknown) => refuse(messageOf(error)));
  const model = opened.model.with({ fragment: '' });
  const text = await currentText(model);
  const { sha256, text: trained = text } = manifest.model;
  const recognition = recognise(model.fsPath, trained ?? '');
  const checkpoint =
    recognition.kind === 'experiment'
      ? await newestCheckpoint(folder, (trouble) => log.warn(trouble))
      : undefined;
  const { history } = opened;
  const { maxSteps, epochs, stepsPerEpoch } = { ...manifest, ...opened.view() };
  const run: EndedRun = {
    ...{ state: manifest.state, kind: recognition.kind, lastStep: history.step },
    ...(maxSteps !== undefined && { maxSteps }),
    ...(epochs !== undefined && { epochs }),
    ...(stepsPerEpoch !== undefined && { stepsPerEpoch }),
    ...(checkpoint?.context.epochs !== undefined && { givenEpochs: checkpoint.context.epochs }),
    ...(checkpoint && { checkpoint: decodeCheckpoint(checkpoint.bytes) }),
  };
  if ((checkpoint?.step ?? history.step) === 0) {
    refuse('it ended before its first step. Train the model again.');
  }
  const isKnown = sha256 !== '' && text !== undefined;
  const isChanged = text === undefined || (isKnown && hashOf(text) !== sha256);
  return {
    ...{ id, model, manifest, history, run, checkpoint, recognition, isChanged },
    ended: endOf(run),
  };
}

/** The file as an editor holds it, or the disk; undefined where it is gone. */
async function currentText(model: vscode.Uri): Promise<string | undefined> {
  const unsaved = unsavedFiles().get(model.fsPath);
  return unsaved ?? (await readFile(model.fsPath, 'utf8').catch(() => undefined));
}

function hashOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
