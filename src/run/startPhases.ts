// What a run spends its time on before its first step: each thing that its source says it is doing
// lasts until the next, the last one until the first step has arrived.

export interface StartPhase {
  /** In the words of the source, e.g. `Bundling the model`. */
  name: string;
  milliseconds: number;
}

/** Takes the time of the phases. */
export class StartPhases {
  private readonly list: StartPhase[] = [];
  private current: { name: string; since: number } | undefined;
  private isOver = false;

  /** @param now clock in milliseconds. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** The phases that are over, in order. */
  get phases(): readonly StartPhase[] {
    return this.list;
  }

  begin(name: string): void {
    if (this.isOver) return;
    this.close();
    this.current = { name, since: this.now() };
  }

  /** The first step is here, or there will be none. */
  end(): void {
    this.close();
    this.isOver = true;
  }

  private close(): void {
    if (!this.current) return;
    const { name, since } = this.current;
    this.current = undefined;
    this.list.push({ name, milliseconds: this.now() - since });
  }
}

/** One line for the log: the sum, then every phase. */
export function phaseLine(phases: readonly StartPhase[]): string {
  const total = phases.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const parts = phases.map(({ name, milliseconds }) => `${name} ${milliseconds.toFixed(0)} ms`);
  return `First step after ${total.toFixed(0)} ms: ${parts.join(', ')}`;
}
