// Every id that package.json contributes, once, with its type. A unit test compares the two.

export const EXTENSION_ID = 'gradient-lens.gradient-lens';

/** `source` of diagnostics, name of the output channel, title of messages. */
export const DISPLAY_NAME = 'Gradient Lens';

/** View type of the panel; its serializer is why `onWebviewPanel:` is an activation event. */
export const PANEL_VIEW_TYPE = 'gradientLens.run';

/** The tree of the workspace's runs, and its container in the activity bar. */
export const RUNS_VIEW = 'gradientLens.runs';
export const VIEW_CONTAINER = 'gradient-lens';

/** View type of the page that compares runs; it has a serializer too. */
export const COMPARE_VIEW_TYPE = 'gradientLens.compare';

/** Type of the debug sessions that walk through a training. */
export const DEBUG_TYPE = 'gradient-lens';

/** Commands by verb. Those on a run take the id of a run, or act on the current one. */
export const Commands = {
  train: 'gradientLens.train',
  pause: 'gradientLens.pause',
  resume: 'gradientLens.resume',
  step: 'gradientLens.step',
  stop: 'gradientLens.stop',
  restart: 'gradientLens.restart',
  resumeRun: 'gradientLens.resumeRun',
  showPanel: 'gradientLens.showPanel',
  showOutput: 'gradientLens.showOutput',
  explainRule: 'gradientLens.explainRule',
  applyRemedy: 'gradientLens.applyRemedy',
  verifyRemedy: 'gradientLens.verifyRemedy',
  useStandIn: 'gradientLens.useStandIn',
  debugTraining: 'gradientLens.debugTraining',
  debug: 'gradientLens.debug',
  attach: 'gradientLens.attach',
  inspect: 'gradientLens.inspect',
  viewInPanel: 'gradientLens.viewInPanel',
  openLogs: 'gradientLens.openLogs',
  openRun: 'gradientLens.openRun',
  renameRun: 'gradientLens.renameRun',
  pinRun: 'gradientLens.pinRun',
  unpinRun: 'gradientLens.unpinRun',
  tagRun: 'gradientLens.tagRun',
  noteRun: 'gradientLens.noteRun',
  deleteRun: 'gradientLens.deleteRun',
  revealRun: 'gradientLens.revealRun',
  copyRunId: 'gradientLens.copyRunId',
  exportRun: 'gradientLens.exportRun',
  compareRuns: 'gradientLens.compareRuns',
  pinBaseline: 'gradientLens.pinBaseline',
  unpinBaseline: 'gradientLens.unpinBaseline',
  groupRuns: 'gradientLens.groupRuns',
  sortRuns: 'gradientLens.sortRuns',
  filterRuns: 'gradientLens.filterRuns',
  clearRunFilter: 'gradientLens.clearRunFilter',
  refreshRuns: 'gradientLens.refreshRuns',
  runExperiment: 'gradientLens.runExperiment',
  sweep: 'gradientLens.sweep',
  findLearningRate: 'gradientLens.findLearningRate',
  compareActivations: 'gradientLens.compareActivations',
  compareInitializers: 'gradientLens.compareInitializers',
  compareOptimizers: 'gradientLens.compareOptimizers',
  compareDepth: 'gradientLens.compareDepth',
  showExperiment: 'gradientLens.showExperiment',
  applyExperiment: 'gradientLens.applyExperiment',
  rerunSameSeed: 'gradientLens.rerunSameSeed',
  rerunWithChanges: 'gradientLens.rerunWithChanges',
} as const;
export type CommandId = (typeof Commands)[keyof typeof Commands];

/** Context keys for `when` and `enablement`. */
export interface ContextValues {
  /** Paths of the files that train with tfjs. */
  'gradientLens.modelFiles': readonly string[];
  /** State of the current run, or `idle`. */
  'gradientLens.runState':
    'idle' | 'starting' | 'running' | 'paused' | 'completed' | 'stopped' | 'failed';
  /** False where the program of the current run trains in a loop that never awaits. */
  'gradientLens.pausable': boolean;
  /** True while a filter hides some of the runs. */
  'gradientLens.runsFiltered': boolean;
}
export type ContextKey = keyof ContextValues;

/** Settings, by their name behind `gradientLens.`, with their defaults. */
export const SETTING_DEFAULTS = {
  backend: 'auto' as 'auto' | 'webgl' | 'wasm' | 'cpu' | 'node',
  seed: 42,
  sampling: 1,
  activationSampling: 1,
  tfjsEpsilon: 'keras' as 'keras' | 'as-shipped',
  fusedUpdates: 'auto' as 'auto' | 'off',
  probe: 'auto' as 'auto' | 'off',
  'history.memory': 128,
  'history.runs': 200,
  'history.totalSize': 4096,
  'history.runSize': 384,
  'checkpoints.seconds': 30,
  'codeLens.enabled': true,
  'layerHints.enabled': true,
  'problems.enabled': true,
  'notifications.enabled': true,
  'node.runtime': '',
  'node.args': [] as readonly string[],
  'node.nodeArgs': [] as readonly string[],
  'node.env': {} as Readonly<Record<string, string>>,
  'node.cwd': '',
  'node.npmScript': '',
  'node.standIn': 'offer' as 'offer' | 'use',
  'debug.breakOn': ['non-finite'] as readonly string[],
  'logs.quietTime': 150,
};
export type Settings = typeof SETTING_DEFAULTS;
export type SettingName = keyof Settings;

export const SETTINGS_SECTION = 'gradientLens';
export const WALKTHROUGH_ID = 'gradientLens.start';
