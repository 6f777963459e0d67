// What a run records, and how its tfjs is set up: the settings of its file, whatever runs it.
import type * as vscode from 'vscode';
import type { Sampling } from '../shared/protocol/runtime';
import { readSetting } from './settings';

/** See the fields of `StartOptions` by the same names. */
export interface RecordingSettings {
  sampling: Sampling;
  epsilon: 'keras' | 'as-shipped';
  probe: 'auto' | 'off';
}

/** The settings for a file; those of the window without one. */
export function recordingSettings(scope: vscode.Uri | undefined): RecordingSettings {
  return {
    sampling: {
      everySteps: Math.max(1, readSetting('sampling', scope)),
      activationEverySteps: Math.max(1, readSetting('activationSampling', scope)),
    },
    epsilon: readSetting('tfjsEpsilon', scope),
    probe: readSetting('probe', scope),
  };
}
