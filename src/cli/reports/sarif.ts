// The report of `--sarif`: SARIF 2.1.0 (OASIS), as code scanning reads it. A result is a finding that
// holds at the end; one that closed is none. What kept the file from training is a notification.
import { createHash } from 'node:crypto';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type {
  Location,
  Log,
  Notification,
  PhysicalLocation,
  ReportingDescriptor,
  Result,
} from 'sarif';
import type { Finding, Severity } from '../../shared/core/finding';
import type { LayerInfo, RunError, RunState, SourceLocation } from '../../shared/core/run';
import { problemEntries } from '../../surfaces/problemEntries';
import { openFindings } from '../verdict';
import type { RulePage } from './rulePages';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';
/** What addresses of files are relative to: the working directory of the command. */
const ROOT = '%SRCROOT%';

const LEVELS: Record<Severity, Result.level> = {
  error: 'error',
  warning: 'warning',
  information: 'note',
};

/** What a report is made from. */
export interface SarifInput {
  /** Absolute path. */
  model: string;
  cwd: string;
  run: {
    state: RunState;
    findings: readonly Finding[];
    layers: readonly LayerInfo[];
    error: RunError | undefined;
  };
  rules: readonly RulePage[];
  version: string;
  exitCode: number;
  started: Date;
  ended: Date;
}

/** `src/a%20b.ts` where the file is below `cwd`; undefined elsewhere. */
function relativeUri(file: string, cwd: string): string | undefined {
  const relative = path.relative(cwd, file);
  if (relative === '' || relative.startsWith('..') || path.isAbsolute(relative)) return undefined;
  return relative.split(path.sep).map(encodeURIComponent).join('/');
}

function physicalLocation({ file, line, column }: SourceLocation, cwd: string): PhysicalLocation {
  const uri = relativeUri(file, cwd);
  return {
    artifactLocation:
      uri === undefined ? { uri: pathToFileURL(file).href } : { uri, uriBaseId: ROOT },
    region: { startLine: line, startColumn: column },
  };
}

/** The same finding in the next run has the same one, also where lines have moved. */
function fingerprint({ rule, layer, tensor }: Finding, file: string): string {
  return createHash('sha256')
    .update(JSON.stringify([rule, file, layer ?? '', tensor ?? '']))
    .digest('hex')
    .slice(0, 32);
}

function resultOf(finding: Finding, input: SarifInput): Result[] {
  const { run, model, cwd, rules } = input;
  const { layers } = run;
  const [entry] = problemEntries({ layers, findings: [finding], error: undefined }, model);
  if (!entry) return [];
  const { rule, severity, layer, tensor, firstStep, lastStep, evidence, remedies } = finding;
  const location: Location = {
    physicalLocation: physicalLocation(entry.location, cwd),
    ...(layer !== undefined && {
      logicalLocations: [{ name: tensor ?? layer, fullyQualifiedName: layer, kind: 'object' }],
    }),
  };
  const { artifactLocation } = physicalLocation(entry.location, cwd);
  return [
    {
      ruleId: rule,
      ruleIndex: rules.findIndex(({ id }) => id === rule),
      level: LEVELS[severity],
      message: { text: entry.message },
      locations: [location],
      ...(entry.related.length > 0 && {
        relatedLocations: entry.related.map((place, id) => ({
          id,
          physicalLocation: physicalLocation(place.location, cwd),
          message: { text: place.message },
        })),
      }),
      partialFingerprints: {
        'gradientLensFinding/v1': fingerprint(finding, artifactLocation?.uri ?? ''),
      },
      properties: {
        firstStep,
        lastStep,
        evidence,
        reference: finding.reference,
        remedies: remedies.map(({ title }) => title),
      },
    },
  ];
}

function descriptorOf({ id, name, summary, text, uri }: RulePage): ReportingDescriptor {
  return {
    id,
    name,
    shortDescription: { text: summary },
    fullDescription: { text: summary },
    helpUri: uri,
    help: { text: summary, markdown: text },
    properties: { tags: ['machine-learning', 'training'] },
  };
}

function notificationOf({ code, message, location }: RunError, cwd: string): Notification {
  return {
    level: 'error',
    message: { text: message },
    descriptor: { id: code },
    ...(location && { locations: [{ physicalLocation: physicalLocation(location, cwd) }] }),
  };
}

/** The log of one run. */
export function sarifLog(input: SarifInput): Log {
  const { run, cwd, rules, version, exitCode, started, ended, model } = input;
  const name = relativeUri(model, cwd) ?? path.basename(model);
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Gradient Lens',
            semanticVersion: version,
            informationUri: 'https://www.npmjs.com/package/gradient-lens',
            rules: rules.map(descriptorOf),
          },
        },
        automationDetails: { id: `gradient-lens/${name}` },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { [ROOT]: { uri: `${pathToFileURL(cwd).href}/` } },
        invocations: [
          {
            executionSuccessful: run.state !== 'failed',
            exitCode,
            startTimeUtc: started.toISOString(),
            endTimeUtc: ended.toISOString(),
            ...(run.error && { toolExecutionNotifications: [notificationOf(run.error, cwd)] }),
          },
        ],
        results: openFindings(run.findings).flatMap((finding) => resultOf(finding, input)),
      },
    ],
  };
}
