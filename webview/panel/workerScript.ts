// The training worker's script: the runtime, fetched once while the page builds itself, with the user's
// bundle behind it.
import { fetchResource } from './resources';

/** The runtime as parts of a blob, which are not copied for every worker. */
interface Runtime {
  text: Blob;
  lineBreaks: number;
}

/**
 * The script's first line tells the runtime on which line of the whole the last line before the user's
 * bundle stands, so that stack frames can be mapped back.
 */
function scriptOf({ text, lineBreaks }: Runtime, bundle: string): Blob {
  // The line of the constant itself, then the runtime's lines.
  const before = 1 + lineBreaks + 1;
  const parts = [`self.__gradientLensBundleLine = ${before};\n`, text, '\n', bundle];
  return new Blob(parts, { type: 'text/javascript' });
}

/** Makes the scripts of a page's workers. */
export class WorkerScript {
  private runtime: Promise<Runtime> | undefined;

  constructor(private readonly uri: string | undefined) {
    // Under way before anybody asks; whoever does meets the failure again.
    this.load().catch(() => undefined);
  }

  /** The script with `bundle`; rejects where the runtime cannot be fetched. */
  async with(bundle: string): Promise<Blob> {
    return scriptOf(await this.load(), bundle);
  }

  private load(): Promise<Runtime> {
    this.runtime ??= this.fetch().catch((error: unknown) => {
      this.runtime = undefined;
      throw error;
    });
    return this.runtime;
  }

  private async fetch(): Promise<Runtime> {
    const bytes = new Uint8Array(await (await fetchResource(this.uri)).arrayBuffer());
    let lineBreaks = 0;
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lineBreaks += 1;
    return { text: new Blob([bytes]), lineBreaks };
  }
}
