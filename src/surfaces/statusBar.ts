// One item in the status bar while a run lives.
import * as vscode from 'vscode';
import type { ModelRun } from '../api';
import { Commands, DISPLAY_NAME } from '../contributions';
import type { Finding, Severity } from '../shared/core/finding';
import { isFinal } from '../shared/core/run';
import type { CurrentRun } from './currentRun';

/** Milliseconds between two changes of the text: more often cannot be read. */
const INTERVAL_MS = 250;

const number = new Intl.NumberFormat('en');

/** What the item says: `$(pulse) 0.2131 · step 1,240`. */
export function statusText(
  run: Pick<ModelRun, 'state' | 'currentStep' | 'steps' | 'findings' | 'debug'>,
): string {
  if (run.state === 'starting') return '$(loading~spin) Starting';
  const counts = findingCounts(run.findings);
  if (isFinal(run.state)) return `$(pulse)${counts}`;
  const icon = run.state === 'paused' ? '$(debug-pause)' : '$(pulse)';
  // A debugger may show a step of the past.
  const shown = run.debug?.cursor?.step;
  const record =
    shown === undefined ? run.steps.at(-1) : run.steps.findLast(({ step }) => step === shown);
  const loss = record?.loss;
  const value = loss === undefined ? '' : `${Number(loss.toPrecision(4))} · `;
  return `${icon} ${value}step ${number.format(shown ?? run.currentStep)}${counts}`;
}

const ICONS: [Severity, string][] = [
  ['error', '$(error)'],
  ['warning', '$(warning)'],
  ['information', '$(info)'],
];

/** ` $(error) 1 $(warning) 2`: open findings, by severity. */
function findingCounts(findings: readonly Finding[]): string {
  const open = findings.filter(({ closedStep }) => closedStep === undefined);
  return ICONS.map(([severity, icon]) => {
    const count = open.filter((finding) => finding.severity === severity).length;
    return count > 0 ? ` ${icon} ${count}` : '';
  }).join('');
}

/** Shows the current run. */
export class StatusBar implements vscode.Disposable {
  private readonly item: vscode.StatusBarItem;
  private readonly subscription: vscode.Disposable;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly current: CurrentRun) {
    this.item = vscode.window.createStatusBarItem(
      'gradientLens.run',
      vscode.StatusBarAlignment.Left,
    );
    this.item.name = DISPLAY_NAME;
    this.item.command = Commands.showPanel;
    this.subscription = current.onDidChange(() => this.schedule());
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.subscription.dispose();
    this.item.dispose();
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => this.update(), INTERVAL_MS);
  }

  private update(): void {
    this.timer = undefined;
    const run = this.current.value;
    // An ended run stays for as long as it has something to say.
    const isSilent = run?.findings.every(({ closedStep }) => closedStep !== undefined) ?? true;
    if (!run || (isFinal(run.state) && isSilent)) {
      this.item.hide();
      return;
    }
    const broken = run.findings.some((f) => f.severity === 'error' && f.closedStep === undefined);
    this.item.text = statusText(run);
    this.item.tooltip = `${run.title}: ${run.state}${run.backend === '' ? '' : ` on ${run.backend}`}${run.info.runtime === 'node' ? ' in Node' : ''}. Click to show its panel.`;
    this.item.accessibilityInformation = {
      label: `Training ${run.title}, ${run.state}, step ${run.currentStep}, ${run.findings.filter((f) => f.closedStep === undefined).length} findings`,
      role: 'button',
    };
    this.item.backgroundColor = broken
      ? new vscode.ThemeColor('statusBarItem.warningBackground')
      : undefined;
    this.item.show();
  }
}
