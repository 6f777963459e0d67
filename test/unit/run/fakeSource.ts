// A source that does what a test tells it: it keeps the controls, and the test calls the sink.
import type { RunControl, RunSink, RunSource } from '../../../src/run/source';
import { RunControlError } from '../../../src/run/runControlError';
import { TrainingRun, type RunRequest } from '../../../src/run/trainingRun';
import type { Answer, Question } from '../../../src/shared/protocol/runtime';

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

/** One that a debugger can ask. */
export class AskedSource extends FakeSource {
  readonly questions: Question[] = [];
  answer: (question: Question) => Promise<Answer> = () =>
    Promise.reject(new RunControlError('not-answered', 'No.'));
  readonly ask = (question: Question): Promise<Answer> => {
    this.questions.push(question);
    return this.answer(question);
  };
}

/** A started run over a fake source. */
export function makeRun(request: Partial<RunRequest> = {}, answerMs = 1000) {
  return runOver(new FakeSource(), request, answerMs);
}

/** A started run over a source of the test. */
export function runOver<Source extends FakeSource>(
  source: Source,
  request: Partial<RunRequest> = {},
  answerMs = 1000,
) {
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
