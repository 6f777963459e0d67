// The output of the command line: lines that stay and, on a terminal, one live line below them.
import { inspect } from 'node:util';

/** Colours and weights by what they mean. */
const STYLES = {
  strong: 'bold',
  faint: 'dim',
  error: 'red',
  warning: 'yellow',
  information: 'blue',
  good: 'green',
  link: 'cyan',
} as const;
export type Style = keyof typeof STYLES;

/** Columns where there is no terminal: what log viewers show without wrapping. */
const PLAIN_WIDTH = 100;
const MIN_WIDTH = 40;
/** Prose is not set wider: long lines are hard to read. */
const MAX_PROSE = 100;

/** A part of a line, without line breaks. */
export interface Part {
  text: string;
  style?: Style;
}

/** The part of a stream that is written to. */
export interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

/** Whether colours are wanted (https://no-color.org, and FORCE_COLOR as Node knows it). */
export function wantsColour(output: Output, env: NodeJS.ProcessEnv): boolean {
  if (env['NO_COLOR']) return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return output.isTTY === true && env['TERM'] !== 'dumb';
}

/** Writes to one stream. */
export class Terminal {
  /** True where a line can be rewritten. */
  readonly isLive: boolean;
  private readonly isColoured: boolean;
  private current: readonly Part[] = [];

  constructor(
    private readonly output: Output,
    env: NodeJS.ProcessEnv,
  ) {
    this.isLive = output.isTTY === true && env['TERM'] !== 'dumb';
    this.isColoured = wantsColour(output, env);
  }

  /** Columns. */
  get width(): number {
    return Math.max(MIN_WIDTH, this.output.columns ?? PLAIN_WIDTH);
  }

  get proseWidth(): number {
    return Math.min(this.width, MAX_PROSE);
  }

  style(style: Style, text: string): string {
    const [begin, end] = inspect.colors[STYLES[style]] ?? [0, 0];
    return this.isColoured ? `\u001B[${begin}m${text}\u001B[${end}m` : text;
  }

  /** Text that stays; the live line moves below it. */
  print(text: string): void {
    const live = this.current;
    this.clear();
    this.output.write(text.endsWith('\n') ? text : `${text}\n`);
    this.live(live);
  }

  /** Replaces the live line, cut to the terminal's width. Nothing where there is none. */
  live(parts: readonly Part[]): void {
    if (!this.isLive || parts.length === 0) return;
    this.clear();
    this.current = parts;
    // A character in the last column would make some terminals begin a new line.
    let room = this.width - 1;
    let line = '';
    for (const { text, style } of parts) {
      const shown = text.length > room ? `${text.slice(0, Math.max(0, room - 1))}…` : text;
      line += style === undefined ? shown : this.style(style, shown);
      room -= text.length;
      if (room <= 0) break;
    }
    this.output.write(line);
  }

  clear(): void {
    if (this.current.length === 0) return;
    this.current = [];
    this.output.write('\r\u001B[2K');
  }
}

/** Breaks prose into lines of at most `width` characters; a longer word keeps a line of its own. */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    let line = '';
    for (const word of paragraph.split(/\s+/).filter(Boolean)) {
      if (line !== '' && line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else {
        line = line === '' ? word : `${line} ${word}`;
      }
    }
    return [...lines, line];
  });
}
