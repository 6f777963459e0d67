// What a debugged program is asked to tell: the settings of its file, as for any run.
import type * as vscode from 'vscode';
import { recordingSettings } from '../platform/recordingSettings';
import { readSetting } from '../platform/settings';
import type { RunRequest } from '../run/trainingRun';
import type { NodeStart } from '../shared/protocol/node';
import { breakKinds, type LensOption } from './lensOption';

/** The start of a program under the lens, and the request of its run. */
export interface DebugStart {
  start: NodeStart;
  request: RunRequest;
}

/** From settings, and what the launch configuration says. */
export function debugStart(scope: vscode.Uri | undefined, option: LensOption): DebugStart {
  const seed = readSetting('seed', scope);
  const breakOn = option.breakOn ?? breakKinds(readSetting('debug.breakOn', scope));
  return {
    start: {
      ...{ seed, breakOn, paused: false },
      ...recordingSettings(scope),
      standIn: readSetting('node.standIn', scope),
    },
    request: { seed, backend: 'auto' },
  };
}
