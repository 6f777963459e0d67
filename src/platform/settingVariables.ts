// Variables in settings, as tasks and launch configurations have them: `${workspaceFolder}` and a few more.
import path from 'node:path';

/** What the variables stand for. */
export interface VariableValues {
  /** The program. */
  file: string;
  /** Of the program's workspace folder, or of the program where it is in none. */
  workspaceFolder: string;
  userHome: string;
  env: Readonly<Record<string, string | undefined>>;
}

/** A text with its variables replaced; what is no variable of these stays as it is. */
export function withVariables(text: string, values: VariableValues): string {
  const { file, workspaceFolder, userHome, env } = values;
  const known: Record<string, string> = {
    workspaceFolder,
    userHome,
    file,
    fileDirname: path.dirname(file),
    fileBasename: path.basename(file),
  };
  return text.replace(/\$\{(\w+)(?::([^}]*))?\}/g, (whole, name: string, part?: string) => {
    if (part !== undefined) return name === 'env' ? (env[part] ?? '') : whole;
    return known[name] ?? whole;
  });
}
