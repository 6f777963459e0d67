// The runtime around a program that records, put together of the shipped parts as a session does it: tap,
// statistics, fused updates, gate, hooks, and the packing of records for the host.
import { seededRandom } from '../../src/shared/core/random';
import type { StepRecord } from '../../src/shared/core/stepRecord';
import { installTap } from '../../src/shared/tap';
import type { Tap, TapSampling, TfNamespace } from '../../src/shared/tap/types';
import { Activity } from '../../webview/runtime/activity';
import { Clock } from '../../webview/runtime/clock';
import { Gate } from '../../webview/runtime/gate';
import { installHooks } from '../../webview/runtime/hooks';
import { createFuser } from '../../webview/runtime/fused';
import { createOutbox } from '../../webview/runtime/outbox';
import { createStatistics } from '../../webview/runtime/statistics';

export interface BenchRuntime {
  tap: Tap;
  gate: Gate;
  /** Delivers every record, waiting for the device. */
  flush: () => void;
}

export interface RuntimeEvents {
  onRecords: (records: readonly StepRecord[]) => void;
}

/** The bench says which backend trains. */
const chooseBackend = (): void => undefined;

/** Installs it on `tf`, whose backend has started. It stays for as long as the worker lives. */
export function installRuntime(
  tf: TfNamespace,
  sampling: TapSampling,
  { onRecords }: RuntimeEvents,
): BenchRuntime {
  Math.random = seededRandom(1);
  const clock = new Clock();
  const outbox = createOutbox(() => {
    const { numTensors, numBytes } = tf.memory();
    return { numTensors, numBytes };
  });
  const flush = (): void => {
    tap.flush();
    outbox.flush();
  };
  const gate: Gate = new Gate(Infinity, clock, {
    onState: () => undefined,
    onLimit: () => undefined,
    onYield: (held) => {
      if (held) flush();
      else tap.poll();
    },
    onDeaf: () => undefined,
  });
  const tap: Tap = installTap(tf, {
    statistics: createStatistics(tf),
    sampling,
    captureSite: () => ({}),
    onRecords: (records) => {
      onRecords(records);
      outbox.add(records);
    },
    onLayers: () => undefined,
    onStep: (step) => gate.countStep(step),
    now: () => clock.now(),
    defers: () => tf.getBackend() === 'webgl',
    update: createFuser(tf),
  });
  const activity = new Activity((task) => gate.runOpen(task));
  installHooks({
    ...{ tf, tap, gate, activity, clock, flush, chooseBackend },
    reportEpoch: (epoch) => outbox.addEpoch(epoch),
  });
  return { tap, gate, flush };
}
