// A source that another one takes the place of when it turns out, before its first step, that it cannot
// train the program: one that needs Node, which only its bundling or its start shows.
import type { RunControl, RunSink, RunSource } from '../run/source';
import type { RunError } from '../shared/core/run';

/** What a fallback is made of. */
export interface FallbackOptions {
  first: RunSource;
  /** True where an error of the first says that the other should train. */
  isMeant(error: RunError): boolean;
  /** Makes the other; told the error of the first. */
  other(error: RunError): RunSource;
}

/** The first source, or the other one. */
export class FallbackSource implements RunSource {
  private active: RunSource;
  private sink: RunSink | undefined;
  private hasTrained = false;
  /** Controls before the first step: the other source is given them as well. */
  private readonly early: RunControl[] = [];

  constructor(private readonly options: FallbackOptions) {
    this.active = options.first;
  }

  start(sink: RunSink): void {
    this.sink = sink;
    this.active.start({
      ...sink,
      records: (records, memory) => {
        this.hasTrained ||= records.length > 0;
        sink.records(records, memory);
      },
      failed: (error) => {
        if (this.hasTrained || !this.options.isMeant(error)) sink.failed(error);
        else this.change(error);
      },
    });
  }

  control(message: RunControl): void {
    if (!this.hasTrained) this.early.push(message);
    this.active.control(message);
  }

  dispose(): void {
    this.sink = undefined;
    this.active.dispose();
  }

  private change(error: RunError): void {
    const { sink } = this;
    if (!sink) return;
    this.active.dispose();
    this.active = this.options.other(error);
    this.active.start(sink);
    for (const control of this.early.splice(0)) this.active.control(control);
  }
}
