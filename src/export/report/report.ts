// The report of a run: one HTML file with everything in it. No scripts, nothing from a network; every text of a
// program is escaped.
import { formatCount, formatValue } from '../../shared/charts/format';
import { escapeText } from '../../shared/charts/svg';
import type { RunView } from '../../shared/protocol/panel';
import type { ExportedRun } from '../exportedRun';
import { curvesSection, mapSection } from './charts';
import { findingsSection, placeWords } from './findings';
import { el, facts, prose, section } from './html';
import { histogramsSection, layersSection } from './layers';
import { reportStyle } from './style';

/** What a report may do: nothing but show itself. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

const STATES: Record<RunView['state'], string> = {
  starting: 'Starting',
  running: 'Training',
  paused: 'Paused',
  completed: 'Completed',
  stopped: 'Stopped',
  failed: 'Failed',
};

function durationWords(seconds: number): string {
  if (seconds < 60) return `${formatValue(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${formatCount(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

/** Milliseconds since 1970 as date and time, in UTC: a report travels. */
function timeWords(time: number | undefined): string {
  return time === undefined
    ? ''
    : `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function tile(value: string, name: string): string {
  return el('div', 'tile', el('b', '', escapeText(value)), el('span', '', escapeText(name)));
}

function tiles({ view, history }: ExportedRun): string {
  const { step, loss, seconds, metrics, nonFiniteSteps } = history.curves();
  const finite: { value: number; step: number }[] = [];
  loss.forEach((value, i) => {
    if (Number.isFinite(value)) finite.push({ value, step: step[i] ?? 0 });
  });
  const best = finite.reduce<(typeof finite)[number] | undefined>(
    (low, one) => (low && low.value <= one.value ? low : one),
    undefined,
  );
  // A column has NaN for what is missing as well: which losses were not finite is listed apart.
  const isBroken = nonFiniteSteps.at(-1) === step.at(-1);
  const newest = isBroken ? NaN : (loss.findLast((value) => !Number.isNaN(value)) ?? NaN);
  const open = view.findings.filter(({ closedStep }) => closedStep === undefined).length;
  const last = (values: Float64Array | undefined) => values?.findLast((v) => !Number.isNaN(v));
  const accuracy = ['val_acc', 'val_accuracy', 'acc', 'accuracy']
    .map((name) => ({ name, value: last(metrics[name]) ?? epochValue(history, name) }))
    .find(({ value }) => value !== undefined);
  return el(
    'div',
    'tiles',
    tile(STATES[view.state], 'State'),
    tile(formatCount(view.step), 'Steps'),
    loss.length === 0 ? '' : tile(formatValue(newest), 'Last loss'),
    best ? tile(formatValue(best.value), `Lowest loss, at step ${formatCount(best.step)}`) : '',
    accuracy ? tile(formatValue(accuracy.value ?? NaN), accuracy.name) : '',
    seconds.length === 0 ? '' : tile(durationWords(seconds.at(-1) ?? 0), 'Training time'),
    tile(open === 0 ? 'None' : formatCount(open), 'Open findings'),
  );
}

function epochValue({ epochs }: ExportedRun['history'], name: string): number | undefined {
  return epochs.findLast(({ metrics }) => metrics[name] !== undefined)?.metrics[name];
}

function commitWords({ commit, branch, dirty }: NonNullable<ExportedRun['git']>): string {
  const on = branch === undefined ? '' : ` on ${branch}`;
  return `${commit.slice(0, 12)}${on}${dirty ? ', with changes' : ''}`;
}

/** The name that its user gave it, what was noted, and its tags. */
function head({ view, labels }: ExportedRun): string {
  const { name = '', note = '', tags = [] } = labels ?? {};
  const noted = note
    .split(/\n{2,}/)
    .filter((paragraph) => paragraph.trim() !== '')
    .map((paragraph) => el('p', '', prose(paragraph)));
  return el(
    'header',
    '',
    el('h1', '', escapeText(name === '' ? view.title : name)),
    el('p', 'path', escapeText(view.path)),
    tags.length === 0
      ? ''
      : el('p', '', ...tags.map((tag) => el('span', 'badge', escapeText(tag)))),
    ...noted,
  );
}

function aboutSection({ view, startedAt, version, git, tfjs }: ExportedRun): string {
  const { epoch, epochs } = view;
  const isLog = view.origin === 'log';
  const epochWords =
    epoch === undefined
      ? ''
      : `${formatCount(epoch)}${epochs === undefined ? '' : ` of ${formatCount(epochs)}`}`;
  const run = facts([
    ['Model', view.path],
    ['Started', timeWords(startedAt)],
    ['Epochs', epochWords],
    ['Layers', formatCount(view.layers.length)],
    [isLog ? 'Log' : 'Backend', `${view.backend}${view.runtime === 'node' ? ' in Node' : ''}`],
    ['Renderer', view.renderer ?? ''],
    ['Why this backend', view.backendReason ?? ''],
    ['Seed', isLog ? '' : String(view.seed)],
    ['Commit', git ? commitWords(git) : ''],
    ['tfjs', tfjs ?? ''],
    ['Run', view.id],
    ['Gradient Lens', version],
  ]);
  const hyperparameters = facts(
    Object.entries(view.hyperparameters ?? {}).map(([name, value]) => [name, String(value)]),
  );
  const changes = (view.changes ?? []).map(({ step, words }) =>
    el('li', '', prose(`After step ${formatCount(step)}: ${words}`)),
  );
  return section(
    'Run',
    run,
    hyperparameters === '' ? '' : el('h3', 'more', 'Hyperparameters') + hyperparameters,
    changes.length === 0 ? '' : el('h3', 'more', 'Changed while it trained') + el('ul', '', ...changes), // prettier-ignore
  );
}

function failureSection({ view: { error } }: ExportedRun): string {
  if (!error) return '';
  const place = error.location ? el('p', 'small', escapeText(placeWords(error.location))) : '';
  return section('Why it failed', el('pre', '', escapeText(error.message)), place);
}

function noticesSection({ view: { notices } }: ExportedRun): string {
  if (notices.length === 0) return '';
  return section('Notices', el('ul', '', ...notices.map(({ message }) => el('li', '', prose(message))))); // prettier-ignore
}

/** The report in parts: the pictures of a deep net are large. */
export function* htmlReport(run: ExportedRun): Generator<string> {
  const { view } = run;
  const title = escapeText(view.title);
  yield (
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n' +
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">\n` +
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n' +
    `<title>${title} · Gradient Lens</title>\n<style>${reportStyle()}</style>\n</head>\n<body>\n`
  );
  yield head(run);
  yield '\n<main>\n';
  yield tiles(run);
  yield failureSection(run);
  yield findingsSection(run);
  yield curvesSection(run);
  yield mapSection(run);
  yield histogramsSection(run);
  yield layersSection(run);
  yield aboutSection(run);
  yield noticesSection(run);
  yield '\n</main>\n';
  yield el('footer', '', 'Written by Gradient Lens. This file runs no scripts and loads nothing.');
  yield '\n</body>\n</html>\n';
}
