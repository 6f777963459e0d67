// package.json, its strings and src/contributions.ts say the same.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as ids from '../../../src/contributions';

interface Setting {
  type: string;
  default: unknown;
  markdownDescription?: string;
  scope?: string;
  enum?: unknown[];
  markdownEnumDescriptions?: unknown[];
}
interface Manifest {
  name: string;
  publisher: string;
  engines: { vscode: string };
  devDependencies: Record<string, string>;
  activationEvents: string[];
  capabilities: Record<string, { supported: unknown; restrictedConfigurations?: string[] }>;
  contributes: {
    commands: { command: string; title: string; category: string; icon?: string }[];
    menus: Record<string, { command: string; submenu?: string; when?: string }[]>;
    configuration: { properties: Record<string, Setting> };
    viewsContainers: Record<string, { id: string; icon: string }[]>;
    views: Record<string, { id: string; icon: string }[]>;
    viewsWelcome: { view: string; when?: string }[];
    keybindings: { command: string; key: string; when: string }[];
    debuggers: { type: string; languages?: string[]; configurationAttributes: object }[];
    walkthroughs: {
      id: string;
      steps: { media: { svg: string }; completionEvents?: string[] }[];
    }[];
  };
}

const root = path.resolve(import.meta.dirname, '../../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as Manifest;
const strings = JSON.parse(read('package.nls.json')) as Record<string, string>;
const { contributes } = manifest;
const commandIds = Object.values(ids.Commands) as string[];

describe('contributions', () => {
  it('names the extension', () => {
    assert.equal(`${manifest.publisher}.${manifest.name}`, ids.EXTENSION_ID);
    assert.equal(manifest.engines.vscode, `^${manifest.devDependencies['@types/vscode'] ?? ''}`);
  });

  it('has each command once, with title, category and icon', () => {
    assert.deepEqual(
      contributes.commands.map(({ command }) => command).sort(),
      [...commandIds].sort(),
    );
    for (const { title, category, icon, command } of contributes.commands) {
      assert.match(title, /^%.+%$/, command);
      assert.equal(category, ids.DISPLAY_NAME);
      assert.match(icon ?? '', /^\$\([\w-]+\)$/, command);
    }
  });

  it('puts only its own commands into menus, training never without trust', () => {
    for (const entries of Object.values(contributes.menus)) {
      for (const { command, submenu, when } of entries) {
        if (submenu !== undefined) {
          assert.match(when ?? '', /isWorkspaceTrusted/);
          continue;
        }
        assert.ok(commandIds.includes(command), command);
        if (command === ids.Commands.train || command === ids.Commands.debugTraining) {
          assert.match(when ?? '', /isWorkspaceTrusted/);
        }
      }
    }
    for (const menu of ['explorer/context', 'editor/title/run', 'commandPalette']) {
      for (const command of [ids.Commands.train, ids.Commands.debugTraining]) {
        assert.ok(
          contributes.menus[menu]?.some((e) => e.command === command),
          `${command} in ${menu}`,
        );
      }
    }
  });

  it('uses only context keys that are set somewhere', () => {
    const keys: Record<ids.ContextKey, true> = {
      'gradientLens.modelFiles': true,
      'gradientLens.runState': true,
      'gradientLens.pausable': true,
      'gradientLens.runsFiltered': true,
    };
    const { menus, commands, viewsWelcome } = contributes;
    const used = JSON.stringify([menus, commands, viewsWelcome]).matchAll(/gradientLens\.\w+/g);
    const known = [...Object.keys(keys), ...commandIds, ids.RUNS_VIEW];
    for (const [key] of used) assert.ok(known.includes(key), key);
  });

  it('has each setting once, with the same default', () => {
    const properties = contributes.configuration.properties;
    const defaults = Object.fromEntries(
      Object.entries(properties).map(([name, setting]) => [name, setting.default]),
    );
    const typed = Object.fromEntries(
      Object.entries(ids.SETTING_DEFAULTS).map(([name, value]) => [
        `${ids.SETTINGS_SECTION}.${name}`,
        value,
      ]),
    );
    assert.deepEqual(defaults, typed);
    for (const [name, setting] of Object.entries(properties)) {
      assert.ok(setting.markdownDescription, name);
      assert.ok(setting.scope, name);
      assert.equal(setting.enum?.length, setting.markdownEnumDescriptions?.length, name);
      const types: Record<string, string> = { integer: 'number', array: 'object' };
      assert.equal(typeof setting.default, types[setting.type] ?? setting.type, name);
      assert.equal(Array.isArray(setting.default), setting.type === 'array', name);
    }
  });

  it('has a string for each placeholder, and none to spare', () => {
    const used = [...read('package.json').matchAll(/"%([\w.-]+)%"/g)].map(([, key]) => key!);
    assert.deepEqual([...new Set(used)].sort(), Object.keys(strings).sort());
    for (const [key, text] of Object.entries(strings)) assert.ok(text.trim(), key);
    for (const [, command] of JSON.stringify(strings).matchAll(/command:(gradientLens\.\w+)/g)) {
      assert.ok(commandIds.includes(command!), command);
    }
  });

  it('is activated by its panel and by model files, not by everything', () => {
    assert.ok(manifest.activationEvents.includes(`onWebviewPanel:${ids.PANEL_VIEW_TYPE}`));
    assert.ok(manifest.activationEvents.includes(`onWebviewPanel:${ids.COMPARE_VIEW_TYPE}`));
    assert.ok(!manifest.activationEvents.some((e) => e === '*' || e === 'onStartupFinished'));
  });

  it('has one debugger of its own, activated when a session of it is to start', () => {
    const own = contributes.debuggers.filter(({ type }) => type === ids.DEBUG_TYPE);
    assert.equal(own.length, 1);
    const languages = ['javascript', 'javascriptreact', 'typescript', 'typescriptreact'];
    assert.deepEqual(own[0]!.languages, languages);
    assert.ok(manifest.activationEvents.includes(`onDebugResolve:${ids.DEBUG_TYPE}`));
    assert.ok(manifest.activationEvents.includes(`onDebugDynamicConfigurations:${ids.DEBUG_TYPE}`));
  });

  it('takes F5 only in model files, where nothing else is chosen or runs', () => {
    const [key, ...others] = contributes.keybindings.filter(({ key: pressed }) => pressed === 'f5');
    assert.deepEqual(others, []);
    assert.equal(key?.command, ids.Commands.debugTraining);
    for (const part of [
      '!inDebugMode',
      '!debugConfigurationType',
      'editorTextFocus',
      '\\.model\\.',
    ]) {
      assert.ok(key.when.includes(part), part);
    }
  });

  it('has one view, whose keys work only in it, and whose pictures exist', () => {
    const [container, ...others] = contributes.viewsContainers['activitybar'] ?? [];
    assert.deepEqual(others, []);
    assert.equal(container?.id, ids.VIEW_CONTAINER);
    const views = contributes.views[ids.VIEW_CONTAINER] ?? [];
    assert.ok(views.some(({ id }) => id === ids.RUNS_VIEW));
    assert.ok(contributes.viewsWelcome.some(({ view }) => view === ids.RUNS_VIEW));
    for (const { icon } of [container, ...views]) {
      assert.ok(existsSync(path.join(root, icon)), icon);
    }
    for (const { key, when } of contributes.keybindings) {
      if (key !== 'f5') assert.match(when, /^focusedView == gradientLens\.runs/);
    }
    for (const menu of ['view/title', 'view/item/context']) {
      for (const { when, command } of contributes.menus[menu] ?? []) {
        assert.match(when ?? '', /^view == gradientLens\.\w+/, command);
      }
    }
  });

  it('is limited where the workspace is not trusted or not on disk', () => {
    const { untrustedWorkspaces, virtualWorkspaces } = manifest.capabilities;
    assert.equal(untrustedWorkspaces?.supported, 'limited');
    assert.equal(virtualWorkspaces?.supported, 'limited');
    for (const name of untrustedWorkspaces.restrictedConfigurations ?? []) {
      assert.ok(name in contributes.configuration.properties, name);
    }
  });

  it('has one walkthrough, whose pictures exist', () => {
    assert.deepEqual(
      contributes.walkthroughs.map(({ id }) => id),
      [ids.WALKTHROUGH_ID],
    );
    for (const { media } of contributes.walkthroughs[0]!.steps) {
      assert.ok(existsSync(path.join(root, media.svg)), media.svg);
    }
  });
});
