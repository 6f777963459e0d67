// The official schema of SARIF 2.1.0, as a check.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv-draft-04';
import addFormats from 'ajv-formats';

const FILE = path.resolve(__dirname, '../fixtures/sarif-2.1.0-rtm.5.json');

// One of its patterns is none for the stricter reading of regular expressions.
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats(ajv);
const validate = ajv.compile(JSON.parse(readFileSync(FILE, 'utf8')) as object);

/** What the schema has against `log`; empty where it is valid. */
export function sarifErrors(log: unknown): string[] {
  validate(log);
  return (validate.errors ?? []).map(
    ({ instancePath, message }) => `${instancePath} ${message ?? ''}`,
  );
}
