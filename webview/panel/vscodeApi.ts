// The one handle on VS Code: messages to the host, and settings that outlive the page.
import type { FromPanel } from '../../src/shared/protocol/panel';
import { type ViewSettings, parseSettings } from './settings';

interface VsCodeApi {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();

/** Sends a message to the host; `transfer` moves buffers instead of copying them. */
export function post(message: FromPanel, transfer: readonly ArrayBuffer[] = []): void {
  api.postMessage(message, transfer);
}

let settings = parseSettings(api.getState());

export function getSettings(): Readonly<ViewSettings> {
  return settings;
}

/** Changes settings, and keeps them where VS Code finds them after the page is gone. */
export function changeSettings(change: Partial<ViewSettings>): void {
  settings = { ...settings, ...change };
  api.setState(settings);
}

/** Forgets the selected layer. */
export function clearSelection(): void {
  settings = { ...settings };
  delete settings.selectedLayer;
  api.setState(settings);
}
