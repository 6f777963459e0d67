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
 * Steps of a block: about a third of a second on two cores without a GPU, and two at least, so that
 * a loop that overlaps steps can show it.
 */
const STEPS: Record<BackendName, Record<NetName, number>> = {
  webgl: { mlp: 24, deep: 6, cnn: 2, lstm: 3, resnet: 2 },
  wasm: { mlp: 200, deep: 24, cnn: 3, lstm: 40, resnet: 16 },
  cpu: { mlp: 64, deep: 6, cnn: 2, lstm: 24, resnet: 2 },
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
const OWN = (['noop', 'hook', 'ours', 'ours-off'] as const).map(entrant);
const PEERS = (['readback', 'tfjs-vis'] as const).map(entrant);

/** cpu trains CNNs too slowly for blocks of bearable length. */
const CPU_NETS: readonly NetName[] = ['mlp', 'lstm'];
/** The nets on which `fit` and `minimize` are run too, and default activation sampling. */
const SMALL_NETS: readonly NetName[] = ['mlp', 'deep'];

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
        cases.push({
          ...common,
          program: 'trainOnBatch',
          steps,
          entrants: [
            PLAIN,
            ...OWN,
            ...(isFull ? PEERS : []),
            ...(isFull ? [{ ...entrant('ours'), name: EVERY_STEP, activationEverySteps: 1 }] : []),
          ],
        });
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
