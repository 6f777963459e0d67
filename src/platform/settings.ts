// Typed access to the user's settings.
import * as vscode from 'vscode';
import {
  SETTING_DEFAULTS,
  SETTINGS_SECTION,
  type SettingName,
  type Settings,
} from '../contributions';

/** The value of a setting, for a file where the setting may differ by folder. */
export function readSetting<Name extends SettingName>(
  name: Name,
  scope?: vscode.Uri,
): Settings[Name] {
  return vscode.workspace
    .getConfiguration(SETTINGS_SECTION, scope)
    .get<Settings[Name]>(name, SETTING_DEFAULTS[name]);
}

/** Calls `listener` when the setting has changed anywhere. */
export function onSettingChange(name: SettingName, listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration(`${SETTINGS_SECTION}.${name}`)) listener();
  });
}
