// What a run states as problems: its error and its open findings, each at a place in the sources.
// Pure: it knows no editor, so that it can be tested without one.
import type { Finding, Severity } from '../shared/core/finding';
import type { LayerInfo, RunError, SourceLocation } from '../shared/core/run';

/** One entry of the Problems view. */
export interface ProblemEntry {
  location: SourceLocation;
  severity: Severity;
  /** Rule id or error code. */
  code: string;
  message: string;
  related: { location: SourceLocation; message: string }[];
}

/** The part of a run that problems come from. */
export interface ProblemRun {
  findings: readonly Finding[];
  layers: readonly LayerInfo[];
  error: RunError | undefined;
}

const REMEDIES_SHOWN = 3;

function messageOf(finding: Finding): string {
  const remedies = finding.remedies.slice(0, REMEDIES_SHOWN).map(({ title }) => `• ${title}`);
  const consequences = new Set((finding.consequences ?? []).map(({ rule }) => rule));
  const follows = consequences.size > 0 ? [`It leads to: ${[...consequences].join(', ')}.`] : [];
  return [finding.message, ...follows, ...remedies].join('\n');
}

/** Where a finding stands: its own place, its layer's, or that of the model as a whole. */
export function findingLocation(
  finding: Finding,
  layers: readonly LayerInfo[],
  model: string,
): SourceLocation {
  if (finding.location) return finding.location;
  const layer = layers.find(({ name }) => name === finding.layer);
  const first = layers.find(({ location }) => location);
  return layer?.location ?? first?.location ?? { file: model, line: 1, column: 1 };
}

/** The places of `names`, each once: a loop builds many layers on one line. */
function relatedPlaces(
  names: readonly string[],
  layers: readonly LayerInfo[],
): ProblemEntry['related'] {
  const places = new Map<string, { location: SourceLocation; layers: string[] }>();
  for (const name of names) {
    const location = layers.find((layer) => layer.name === name)?.location;
    if (!location) continue;
    const key = `${location.file}:${location.line}:${location.column}`;
    const place = places.get(key);
    if (place) place.layers.push(name);
    else places.set(key, { location, layers: [name] });
  }
  return [...places.values()].map((place) => ({
    location: place.location,
    message:
      place.layers.length === 1
        ? `Layer ${place.layers.join()}`
        : `${place.layers.length} layers: ${place.layers.join(', ')}`,
  }));
}

/** The consequences of a finding that are about a layer, each on the layer's line. */
function consequencePlaces(
  { consequences = [] }: Finding,
  layers: readonly LayerInfo[],
): ProblemEntry['related'] {
  return consequences.flatMap(({ rule, layer, message }) => {
    const location = layers.find(({ name }) => name === layer)?.location;
    return location ? [{ location, message: `${rule}: ${message}` }] : [];
  });
}

/** The entries of a run; `model` is the path of its file, for what has no place of its own. */
export function problemEntries(run: ProblemRun, model: string): ProblemEntry[] {
  const entries = run.findings
    .filter(({ closedStep }) => closedStep === undefined)
    .map((finding): ProblemEntry => {
      return {
        location: findingLocation(finding, run.layers, model),
        severity: finding.severity,
        code: finding.rule,
        message: messageOf(finding),
        related: [
          ...relatedPlaces(finding.relatedLayers ?? [], run.layers),
          ...consequencePlaces(finding, run.layers),
        ],
      };
    });
  if (run.error) {
    const { code, message, location } = run.error;
    entries.unshift({
      location: location ?? { file: model, line: 1, column: 1 },
      severity: 'error',
      code,
      message,
      related: [],
    });
  }
  return entries;
}

/** A range of lines (from 0) that an edit replaced, and the number of lines it put there. */
export interface LineEdit {
  startLine: number;
  endLine: number;
  newLines: number;
}

/**
 * Where a line (from 0) is after an edit; undefined where the edit touched the line itself, so that
 * what was said about it may no longer hold.
 */
export function lineAfterEdit(line: number, edit: LineEdit): number | undefined {
  if (line < edit.startLine) return line;
  if (line > edit.endLine) return line + edit.newLines - (edit.endLine - edit.startLine);
  return undefined;
}
