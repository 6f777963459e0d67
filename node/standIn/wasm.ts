// Takes the stand-in to wasm, where the user has it installed: several times as fast as cpu. It starts
// asynchronously, as tfjs-node does not, so that the change is made where a program waits anyhow, and
// before its first step: in tf.ready() and at the beginning of fit. The same program changes at the same
// place in every run.
import { createRequire } from 'node:module';
import { Patches } from '../../src/shared/tap/patches';
import type { TfNamespace } from '../../src/shared/tap/types';
import { completeKernels, type CpuBackend } from '../../webview/runtime/backends/wasmCompletion';
import type { Exports } from '../loading/copies';

const PACKAGE = '@tensorflow/tfjs-backend-wasm';

type Asynchronous = (this: unknown, ...values: unknown[]) => Promise<unknown>;

/** The change to wasm; nothing happens where it cannot be made. */
export class WasmSwitch {
  readonly #base: Exports;
  readonly #require: NodeJS.Require;
  #switching: Promise<void> | undefined;

  /** `file`: where the program asks for its packages from. `steps`: those taken so far. */
  constructor(
    base: Exports,
    file: string,
    private readonly steps: () => number,
  ) {
    this.#base = base;
    this.#require = createRequire(file);
  }

  /** Waits in the trainings of a model. */
  install(): void {
    const { LayersModel } = this.#base as { LayersModel?: { prototype: object } };
    if (!LayersModel || !this.#isInstalled()) return;
    const patches = new Patches();
    const ready = (): Promise<void> => this.ready();
    const prototype = LayersModel.prototype as Record<string, Asynchronous>;
    for (const name of ['fit', 'fitDataset', 'trainOnBatch']) {
      patches.replace(prototype, name, (original) => {
        return async function (this: unknown, ...values: unknown[]): Promise<unknown> {
          await ready();
          return original.apply(this, values);
        };
      });
    }
  }

  /** Resolves when the backend that trains has started. Never rejects. */
  ready(): Promise<void> {
    this.#switching ??= this.#switch().catch(() => undefined);
    return this.#switching;
  }

  #isInstalled(): boolean {
    try {
      this.#require.resolve(PACKAGE);
      return true;
    } catch {
      return false;
    }
  }

  async #switch(): Promise<void> {
    const tf = this.#base as unknown as TfNamespace;
    const Cpu = this.#base['MathBackendCPU'] as (new () => CpuBackend) | undefined;
    if (!Cpu || !this.#isInstalled() || this.steps() > 0 || tf.getBackend() !== 'cpu') return;
    this.#require(PACKAGE);
    if (!(await tf.setBackend('wasm'))) await tf.setBackend('cpu');
    else completeKernels(tf, () => new Cpu());
  }
}
