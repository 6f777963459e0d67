// Trains the runtime on the binary of TensorFlow where the user has installed tfjs-node: the package as it
// is, from the model's folder, on the tfjs of the runtime instead of one of its own. Two of them would
// share one engine, but not its versions.
import {
  TFJS_NODE_OFFER,
  type TfjsNodeOffer,
  type TfjsNodeOutcome,
} from '../../src/shared/protocol/thread';
import { admitPackages, findPackage } from './userPackages';
import { messageOf } from '../../src/shared/core/thrown';

/** The package for CUDA first: who installs it wants it. */
const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

const BACKEND = 'tensorflow';

/** Most characters of a message that is quoted. */
const QUOTED = 200;

/** The part of tfjs that is used here. */
interface Tfjs {
  version: { 'tfjs-core': string };
  io: object;
  KernelBackend: new () => object;
  findBackendFactory(name: string): unknown;
  removeBackend(name: string): void;
  getKernelsForBackend(name: string): { kernelName: string }[];
  unregisterKernel(kernelName: string, backend: string): void;
}

/** Offers the packages that are found from `model`, a path, to the runtime that is evaluated next. */
export function offerTfjsNode(model: string): void {
  const offer: TfjsNodeOffer = (tf) => load(model, tf as Tfjs);
  Object.defineProperty(globalThis, TFJS_NODE_OFFER, { value: offer, configurable: true });
}

function load(model: string, tf: Tfjs): TfjsNodeOutcome {
  const refusals: string[] = [];
  let isAdmitted = false;
  for (const name of PACKAGES) {
    const found = findPackage(model, name);
    if (!found) continue;
    const refusal = misfit(name, found.version, tf.version['tfjs-core']);
    if (refusal !== undefined) {
      refusals.push(refusal);
      continue;
    }
    if (!isAdmitted) admitPackages(lent(tf));
    isAdmitted = true;
    try {
      found.load();
      if (tf.findBackendFactory(BACKEND) !== null) return { loaded: name, refusals };
      refusals.push(`${name} is installed but has no backend.`);
    } catch (error) {
      refusals.push(`${name} is installed but does not load here: ${firstLine(error)}`);
    }
    withdraw(tf);
  }
  return { refusals };
}

/** Why a version does not fit: names and attributes of kernels are those of a major version. */
function misfit(name: string, version: string, own: string): string | undefined {
  const major = (text: string): string | undefined => /^\d+/.exec(text)?.[0];
  if (major(version) === major(own)) return undefined;
  return `${name} ${version} is installed, but does not fit tfjs ${own}, which trains here.`;
}

/**
 * tfjs as the package gets it. It must not reach the file system for the program, which has no more here
 * than in the editor, or print a progress bar.
 */
function lent(tf: Tfjs): object {
  const ignore = (): void => undefined;
  const io = { ...tf.io, registerLoadRouter: ignore, registerSaveRouter: ignore };
  const KernelBackend = callable(tf.KernelBackend);
  return { ...tf, io, KernelBackend, registerCallbackConstructor: ignore };
}

/**
 * A class that ES5 code can extend, as tfjs-node's does: it calls the constructor without `new`, which the
 * classes of our ES2022 bundle refuse.
 */
function callable(Class: new () => object): object {
  return new Proxy(Class, {
    apply: (target, self: object) => Reflect.construct(target, [], self.constructor) as object,
  });
}

/** Takes back what a package that failed had registered. */
function withdraw(tf: Tfjs): void {
  for (const { kernelName } of tf.getKernelsForBackend(BACKEND)) {
    tf.unregisterKernel(kernelName, BACKEND);
  }
  if (tf.findBackendFactory(BACKEND) !== null) tf.removeBackend(BACKEND);
}

function firstLine(error: unknown): string {
  const message = messageOf(error);
  const [line = ''] = message.trim().split('\n');
  const text = line.trim().slice(0, QUOTED);
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
