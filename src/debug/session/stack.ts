// The call stack of a stopped training: phase or layer, with its source line; step; epoch; run.
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { placeOf } from '../breakpoints/layerLines';
import type { View } from '../variables/view';
import { phaseWords } from '../walk/phases';
import { phaseLineIn } from './phaseLines';

/** Frame ids within one stop: all show the same scopes. */
const FRAMES = { phase: 1, step: 2, epoch: 3, run: 4 };

const sourceOf = (file: string): DebugProtocol.Source => ({
  name: path.basename(file),
  path: file,
});

/** The frames of the thread that took the step. Lines count from 1. */
export async function framesOf(view: View, program: string): Promise<DebugProtocol.StackFrame[]> {
  const { run, record, phase } = view;
  const line = await phaseLineIn(program, phase?.type);
  const inProgram = { source: sourceOf(program), line, column: 1 };
  const outer = { ...inProgram, line: 1 };
  const frames: DebugProtocol.StackFrame[] = [];
  if (phase) {
    frames.push({
      id: FRAMES.phase,
      name: phaseWords(phase),
      ...(placeOfLayer(view, program) ?? inProgram),
    });
  }
  const past = view.isPast ? ' (looked back at)' : '';
  const stepName = view.step === 0 ? 'before the first step' : `step ${view.step}${past}`;
  frames.push({ id: FRAMES.step, name: stepName, ...outer });
  if (record?.epoch !== undefined) {
    frames.push({ id: FRAMES.epoch, name: `epoch ${record.epoch}`, ...outer });
  }
  frames.push(runFrame(run.title, program));
  return frames;
}

/** The stack of a model that did not take the step. */
export function idleFrames(title: string, program: string): DebugProtocol.StackFrame[] {
  return [runFrame(title, program)];
}

function runFrame(title: string, program: string): DebugProtocol.StackFrame {
  return {
    ...{ id: FRAMES.run, name: `run of ${title}`, source: sourceOf(program) },
    ...{ line: 1, column: 1 },
  };
}

function placeOfLayer(view: View, program: string) {
  const info = view.run.layers.find(({ name }) => name === view.layer);
  const place = info && placeOf(info, program);
  return place && { source: sourceOf(place.file), line: place.line, column: place.column };
}
