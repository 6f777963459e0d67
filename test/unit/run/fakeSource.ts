// A source that does what a test tells it: it keeps the controls, and the test calls the sink.
import type { RunControl, RunSink, RunSource } from '../../../src/run/source';
import { TrainingRun, type RunRequest } from '../../../src/run/trainingRun';

export class FakeSource implements RunSource {
  readonly controls: RunControl[] = [];
  isDisposed = false;
  private given: RunSink | undefined;

  get sink(): RunSink {
    if (!this.given) throw new Error('The source was not started.');
    return this.given;
  }
  start(sink: RunSink): void {
    this.given = sink;
  }
  control(message: RunControl): void {
    this.controls.push(message);
  }
  dispose(): void {
    this.isDisposed = true;
  }
}

/** A started run over a fake source. */
export function makeRun(request: Partial<RunRequest> = {}, answerMs = 1000) {
  const source = new FakeSource();
  const errors: unknown[] = [];
  const run = new TrainingRun({
    id: 'run-1',
    model: 'file:///net.model.ts',
    title: 'net.model.ts',
    path: 'models/net.model.ts',
    request: { seed: 1, backend: 'auto', ...request },
    source,
    answerMs,
    onListenerError: (error) => errors.push(error),
  });
  run.start();
  return { run, source, sink: source.sink, errors };
}
