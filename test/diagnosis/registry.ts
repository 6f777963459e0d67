// Every net of the suite.
import type { Net } from './harness/recipe';
import * as faultyData from './faulty/data';
import * as faultyExploding from './faulty/exploding';
import * as faultyFramework from './faulty/framework';
import * as faultyInitialization from './faulty/initialization';
import * as faultyNumbers from './faulty/numbers';
import * as faultyOutputs from './faulty/outputs';
import * as faultyOverfitting from './faulty/overfitting';
import * as faultyPlateaus from './faulty/plateaus';
import * as faultyRates from './faulty/rates';
import * as faultyUnchanged from './faulty/unchanged';
import * as faultyUnits from './faulty/units';
import * as faultyVanishing from './faulty/vanishing';
import * as healthyDeep from './healthy/deep';
import * as healthyImages from './healthy/images';
import * as healthyLabels from './healthy/labels';
import * as healthyOdd from './healthy/odd';
import * as healthyOwnLoops from './healthy/ownLoops';
import * as healthyOwnLosses from './healthy/ownLosses';
import * as healthyParts from './healthy/parts';
import * as healthyPoints from './healthy/points';
import * as healthyReal from './healthy/real';
import * as healthySequences from './healthy/sequences';
import * as healthySettled from './healthy/settled';

const isNet = (value: unknown): value is Net =>
  typeof value === 'object' && value !== null && 'kind' in value && 'name' in value;

/** All nets of some modules: whatever they export that is one. */
const netsOf = (...modules: Readonly<Record<string, unknown>>[]): Net[] =>
  modules.flatMap((module) => Object.values(module).filter(isNet));

export const NETS: readonly Net[] = netsOf(
  healthyDeep,
  healthyImages,
  healthyLabels,
  healthyOdd,
  healthyOwnLoops,
  healthyOwnLosses,
  healthyParts,
  healthyPoints,
  healthyReal,
  healthySequences,
  healthySettled,
  faultyData,
  faultyExploding,
  faultyFramework,
  faultyInitialization,
  faultyNumbers,
  faultyOutputs,
  faultyOverfitting,
  faultyPlateaus,
  faultyRates,
  faultyUnchanged,
  faultyUnits,
  faultyVanishing,
);

const names = new Set(NETS.map(({ name }) => name));
if (names.size !== NETS.length) throw new Error('Two nets of the suite have the same name.');
