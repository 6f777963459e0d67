// Launch configurations of the training debugger, apart from the editor: made for a file, and checked.
import path from 'node:path';
import { DEBUG_TYPE } from '../../contributions';
import { MODEL_EXTENSIONS, type Recognition } from '../../model/recognise';

/** A configuration as it is written in launch.json. */
export interface TrainingConfiguration {
  type: string;
  request: string;
  name: string;
  program?: unknown;
  backend?: unknown;
  noDebug?: boolean;
  [other: string]: unknown;
}

/** The configuration that debugs a file. */
export function configurationFor(file: string): TrainingConfiguration & { program: string } {
  return { type: DEBUG_TYPE, request: 'launch', name: path.basename(file), program: file };
}

/** What is to be done with a configuration. */
export type Plan =
  | { type: 'train'; program: string }
  /** It runs in a process of its own: VS Code's debugger of JavaScript has it. */
  | { type: 'node'; program: string }
  | { type: 'refuse'; message: string };

/**
 * Decides what a configuration is about.
 * @param folder of the workspace, against which a relative path is resolved.
 * @param recogniseFile what a file is, by its absolute path; undefined where it cannot be read.
 * @param backend what the settings say for the file.
 */
export async function planOf(
  { program, backend: asked }: TrainingConfiguration,
  folder: string | undefined,
  recogniseFile: (file: string) => Promise<Recognition | undefined>,
  backend: (file: string) => string,
): Promise<Plan> {
  const refuse = (message: string): Plan => ({ type: 'refuse', message });
  if (typeof program !== 'string' || program === '') {
    return refuse(
      'The launch configuration names no "program". Set it to the path of a model file, or to "${file}".',
    );
  }
  const file = path.resolve(folder ?? '', program);
  if (!MODEL_EXTENSIONS.test(file)) {
    return refuse(
      `${path.basename(file)} is no JavaScript or TypeScript file. Set "program" to a file that trains with ` +
        'TensorFlow.js, or turn to the editor of one.',
    );
  }
  const found = await recogniseFile(file);
  if (!found) return refuse(`${file} cannot be read. Check "program" in the launch configuration.`);
  const chosen = typeof asked === 'string' ? asked : backend(file);
  const inNode = found.kind === 'program' && (found.needsNode !== undefined || chosen === 'node');
  return { type: inNode ? 'node' : 'train', program: file };
}
