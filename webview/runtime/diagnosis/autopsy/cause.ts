// What kind of operation makes a value that is not finite out of finite ones: by the kernel's name and
// the range of its operands.
import type { NonFiniteCause } from '../../../../src/shared/core/autopsy';
import type { Scan } from './scan';

/** ln(3.4e38): the exponential of anything larger exceeds float32. */
const EXP_LIMIT = 88.7;

type Judge = (operands: readonly Scan[], result: Scan) => NonFiniteCause;

const log: Judge = ([x]) => (x && x.min < 0 ? 'log-of-negative' : 'log-of-zero');
const exp: Judge = ([x]) => (x && x.max > EXP_LIMIT ? 'exp-overflow' : 'unknown');
const root: Judge = ([x]) => (x && x.min < 0 ? 'root-of-negative' : 'unknown');
const quotient: Judge = (operands) =>
  operands.at(-1)?.hasZero === true ? 'division-by-zero' : 'overflow';

const JUDGES: Readonly<Record<string, Judge>> = {
  Log: log,
  Log1p: ([x]) => (x && x.min < -1 ? 'log-of-negative' : 'log-of-zero'),
  LogSoftmax: () => 'overflow',
  Exp: exp,
  Expm1: exp,
  Sinh: exp,
  Cosh: exp,
  Softplus: exp,
  Elu: exp,
  Sqrt: root,
  Rsqrt: ([x]) => (x && x.min < 0 ? 'root-of-negative' : 'division-by-zero'),
  Reciprocal: quotient,
  RealDiv: quotient,
  FloorDiv: quotient,
  Mod: quotient,
  Pow: ([base, exponent], { nans }) =>
    nans > 0 && base && base.min < 0
      ? 'root-of-negative'
      : base?.hasZero && exponent && exponent.min < 0
        ? 'division-by-zero'
        : 'overflow',
};

/** Kernels that only add, multiply and sum: what is not finite there has exceeded float32. */
const LINEAR =
  /MatMul|Conv|Add|Sub|Multiply|Sum|Mean|Square|SquaredDifference|Prod|Cumsum|SegmentSum|Pool|Cube/;

/** The cause, for a forward operation. */
export function causeOf(kernel: string, operands: readonly Scan[], result: Scan): NonFiniteCause {
  const judge = JUDGES[kernel];
  if (judge) return judge(operands, result);
  return LINEAR.test(kernel) ? 'overflow' : 'unknown';
}

/** The cause, for an operation of the backward pass: products overflow, everything else is singular. */
export function backwardCauseOf(
  kernel: string,
  operands: readonly Scan[],
  result: Scan,
): NonFiniteCause {
  const cause = causeOf(kernel, operands, result);
  return cause === 'overflow' ? cause : 'infinite-derivative';
}
