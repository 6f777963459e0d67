// The questions of a debugger to a worker, each with its answer.
import { RunControlError } from '../../run/runControlError';
import type { Answer, FromRuntime, Question, ToRuntime } from '../../shared/protocol/runtime';

interface Waiting {
  resolve: (answer: Answer) => void;
  reject: (error: RunControlError) => void;
}

const notAnswered = (message: string) => new RunControlError('not-answered', message);

/** Sends questions, and settles them when their answers come. */
export class Questions {
  private next = 1;
  private readonly waiting = new Map<number, Waiting>();

  constructor(private readonly send: (message: ToRuntime) => void) {}

  ask(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const id = this.next++;
      this.waiting.set(id, { resolve, reject });
      this.send({ type: 'ask', id, ...question });
    });
  }

  receive(message: Extract<FromRuntime, { type: 'answer' }>): void {
    const waiting = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.ok) waiting?.resolve(message);
    else waiting?.reject(notAnswered(message.message));
  }

  /** The worker is gone: nothing will be answered. */
  close(): void {
    const error = notAnswered('The training has ended or was started again; ask again.');
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}
