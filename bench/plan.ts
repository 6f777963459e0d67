// What is run: the cases, the contestants of each, and how long their blocks are.
import type {
  BackendName,
  ContestantOptions,
  NetName,
  OptimizerName,
  Program,
  Variant,
} from './contestant';
import type { BenchOptions } from './options';

/** A contestant of a case: the baseline first. `name` is unique in the case. */
export interface Entrant {
  name: string;
  variant: Variant;
  /** Activations and δ at every n-th step; Infinity: never. */
  activationEverySteps: number;
}

/** Contestants that train the same net side by side. */
export interface Case {
  net: NetName;
  optimizer: OptimizerName;
  backend: BackendName;
  program: Program;
  entrants: readonly Entrant[];
  /** Optimizer steps of a block. */
  steps: number;
  pairs: number;
}

/** Pairs of a full run. */
export const PAIRS = 15;
const QUICK_PAIRS = 2;

/**
 * Steps of a block: about a sixth of a second on two cores without a GPU. A block of one step leaves
 * nothing to overlap, which is to the disadvantage of our loop.
 */
const STEPS: Record<BackendName, Record<NetName, number>> = {
  webgl: { mlp: 12, deep: 4, cnn: 1, lstm: 2, resnet: 2 },
  wasm: { mlp: 120, deep: 12, cnn: 2, lstm: 16, resnet: 8 },
  cpu: { mlp: 32, deep: 4, cnn: 1, lstm: 8, resnet: 1 },
};
/** On a GPU a step takes about as long for every net. */
const DEVICE_STEPS = 40;

/** Names of the contestants that record activations and δ as well. */
export const EVERY_STEP = 'ours, activations at every step';
export const BY_DEFAULT = 'ours, activations by default';

const entrant = (variant: Variant): Entrant => ({
  name: variant,
  variant,
  activationEverySteps: Infinity,
});

const PLAIN = entrant('trainOnBatch');
const OWN = [entrant('noop'), entrant('hook'), entrant('ours'), entrant('ours-off')] as const;
const PEERS = [entrant('readback'), entrant('tfjs-vis')] as const;

/** cpu trains CNNs too slowly for blocks of bearable length. */
const CPU_NETS: readonly NetName[] = ['mlp', 'lstm'];
/** The nets on which `fit` and `minimize` are run too, and default activation sampling. */
const SMALL_NETS: readonly NetName[] = ['mlp', 'deep'];

/**
 * How many contestants may run side by side on WebGL. A software WebGL keeps about a thousand compiled
 * routines (SwiftShader: 1024) and drops the one used longest ago; contestants whose shaders (80 each
 * for mlp, 250 for resnet) do not fit in together would compile theirs again in every block.
 */
const MOST_CONTESTANTS: Record<NetName, number> = { mlp: 9, deep: 9, lstm: 6, cnn: 5, resnet: 4 };

/** The contestants of a net, in groups that run side by side, each with its baseline. */
function groupsOf(backend: BackendName, net: NetName, isFull: boolean): Entrant[][] {
  const activations = { ...entrant('ours'), name: EVERY_STEP, activationEverySteps: 1 };
  const everyStep = isFull ? [activations] : [];
  const peers = isFull ? PEERS : [];
  const all = [PLAIN, ...OWN, ...peers, ...everyStep];
  if (backend !== 'webgl' || all.length <= MOST_CONTESTANTS[net]) return [all];
  const [noop, hook, ours, off] = OWN;
  return [
    [PLAIN, noop, hook, ours],
    [PLAIN, ours, off, ...everyStep],
    ...(isFull ? [[PLAIN, ...peers]] : []),
  ];
}

/** The cases of a run. `activationEverySteps` is the setting's default. */
export function planCases(options: BenchOptions, activationEverySteps: number): Case[] {
  if (options.quick) return planQuick(options, activationEverySteps);
  const cases: Case[] = [];
  for (const backend of options.backends ?? (['webgl', 'wasm', 'cpu'] as const)) {
    for (const optimizer of options.optimizers) {
      for (const net of options.nets) {
        if (backend === 'cpu' && !CPU_NETS.includes(net) && options.backends === undefined)
          continue;
        const steps = options.device && backend === 'webgl' ? DEVICE_STEPS : STEPS[backend][net];
        const pairs = options.pairs ?? PAIRS;
        const common = { net, optimizer, backend, pairs };
        const isFull = optimizer === 'adam' && backend !== 'cpu';
        for (const entrants of groupsOf(backend, net, isFull)) {
          cases.push({ ...common, program: 'trainOnBatch', steps, entrants });
        }
        if (!isFull || !SMALL_NETS.includes(net)) continue;
        cases.push({
          ...common,
          program: 'trainOnBatch',
          // Whole periods of the sampling, or some blocks would have more to record than others.
          steps: activationEverySteps * Math.ceil(steps / activationEverySteps),
          entrants: [
            entrant('ours'),
            { ...entrant('ours'), name: BY_DEFAULT, activationEverySteps },
          ],
        });
        for (const program of ['fit', 'minimize'] as const) {
          const entrants = [{ ...PLAIN, name: program }, entrant('noop'), entrant('hook')];
          // `fit` trains whole epochs of eight batches.
          cases.push({ ...common, program, steps: 8 * Math.ceil(steps / 8), entrants });
        }
      }
    }
  }
  return cases;
}

/** Every kind of contestant and net once, where it runs fast. */
function planQuick(options: BenchOptions, activationEverySteps: number): Case[] {
  const backends = options.backends ?? (['webgl', 'wasm', 'cpu'] as const);
  const quick: [BackendName, NetName, OptimizerName, Program][] = [
    ['webgl', 'mlp', 'adam', 'trainOnBatch'],
    ['webgl', 'resnet', 'sgd', 'trainOnBatch'],
    ['wasm', 'deep', 'sgd', 'trainOnBatch'],
    ['wasm', 'lstm', 'adam', 'trainOnBatch'],
    ['wasm', 'cnn', 'adam', 'trainOnBatch'],
    ['wasm', 'mlp', 'adam', 'fit'],
    ['wasm', 'mlp', 'adam', 'minimize'],
    ['cpu', 'mlp', 'adam', 'trainOnBatch'],
  ];
  const recording = { ...entrant('ours'), name: BY_DEFAULT, activationEverySteps };
  return quick
    .filter(([backend, net, optimizer]) => {
      const { nets, optimizers } = options;
      return backends.includes(backend) && nets.includes(net) && optimizers.includes(optimizer);
    })
    .map(([backend, net, optimizer, program]) => ({
      backend,
      net,
      optimizer,
      program,
      steps: program === 'fit' ? 8 : 2,
      pairs: options.pairs ?? QUICK_PAIRS,
      entrants: quickEntrants(backend, net, program, recording),
    }));
}

function quickEntrants(
  backend: BackendName,
  net: NetName,
  program: Program,
  recording: Entrant,
): Entrant[] {
  if (program !== 'trainOnBatch') return [{ ...PLAIN, name: program }, entrant('hook')];
  // Every contestant compiles its own shaders, which takes a software WebGL seconds.
  const compilesLong = backend === 'webgl' && net !== 'mlp';
  if (compilesLong) return [PLAIN, entrant('hook'), recording];
  return [PLAIN, ...OWN, ...PEERS, recording];
}

/** What the worker of an entrant is told. */
export function optionsOf(
  { net, optimizer, backend, program }: Case,
  { variant, activationEverySteps }: Entrant,
): ContestantOptions {
  return { net, optimizer, backend, variant, program, activationEverySteps };
}
