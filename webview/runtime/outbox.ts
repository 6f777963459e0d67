// The worker's outbox: its messages go to the host, by timers that user code cannot reach.
import { Outbox, type OutboxHost } from '../../src/shared/protocol/outbox';
import { native, postToHost } from './scope';

/** An outbox; `memory` is told with every message. */
export function createOutbox(memory: OutboxHost['memory']): Outbox {
  return new Outbox({
    post: (message) => postToHost(message, [message.batch]),
    memory,
    now: native.now,
    later: (task, ms) => {
      const timer = native.setTimeout(task, ms);
      return () => native.clearTimeout(timer);
    },
  });
}
