// Mean-field theory of signal propagation in wide random nets: how large pre-activations become with
// depth, and by which factor gradients shrink or grow per layer. Poole et al. 2016, “Exponential
// expressivity in deep neural networks through transient chaos”; Schoenholz et al. 2017, “Deep
// Information Propagation”, https://arxiv.org/abs/1611.01232.
//
// Valid for weights that are independent, of mean zero and many per unit. At finite width n the
// logarithms of the norms scatter: for ReLU by a variance of about 5/n per layer of the squared norm
// (Hanin and Nica 2020, https://arxiv.org/abs/1812.05994), so that a typical net lies below the mean.
import type { ActivationFunction } from './activations';
import { gaussianMean } from './gaussian';

/** E φ(z)² for z ~ N(0, q): second moment of the outputs whose pre-activations have variance q. */
export function outputMoment({ value, kinks }: ActivationFunction, q: number): number {
  return q === 0 ? value(0) ** 2 : gaussianMean((z) => value(z) ** 2, q, kinks);
}

/** E φ′(z)² for z ~ N(0, q). Times σ_w² it is χ. */
export function slopeMoment({ slope, kinks }: ActivationFunction, q: number): number {
  // At 0 the limit q → 0, which is the mean of both sides where the slope jumps there.
  return gaussianMean((z) => slope(z) ** 2, Math.max(q, SMALLEST), kinks);
}

/** Variances below and above which a fixed point counts as 0 and as infinite. */
const SMALLEST = 1e-12;
const LARGEST = 1e12;

/** Where a wide random net of equal layers ends up. */
export interface MeanField {
  /**
   * q*: the variance of pre-activations that depth leads to. 0 where signals die out, Infinity where they
   * grow without bound, 1 where every value stays as it is (ReLU with He weights).
   */
  fixedPoint: number;
  /** χ₁ at the fixed point: factor of the squared gradient norm per layer, towards the input. */
  chi: number;
  /** √χ₁: factor of the gradient norm per layer. 1 is the edge of chaos. */
  factor: number;
  /** ξ = 1 / |ln χ₁|: layers over which the squared gradient norm changes by a factor e. */
  depthScale: number;
}

/**
 * The fixed point of q ↦ σ_w²·E φ² + σ_b² and the slope there.
 * @param weightVariance σ_w²: variance of a weight times inputs of a unit.
 * @param biasVariance σ_b².
 */
export function meanField(
  activation: ActivationFunction,
  weightVariance: number,
  biasVariance: number,
): MeanField {
  const fixedPoint = variance(activation, weightVariance, biasVariance);
  const chi = weightVariance * slopeMoment(activation, Math.min(fixedPoint, LARGEST));
  return {
    fixedPoint,
    chi,
    factor: Math.sqrt(chi),
    depthScale: 1 / Math.abs(Math.log(chi)),
  };
}

function variance(
  activation: ActivationFunction,
  weightVariance: number,
  biasVariance: number,
): number {
  /** ln of the factor by which q changes in one layer. */
  const growth = (q: number): number =>
    Math.log((weightVariance * outputMoment(activation, q) + biasVariance) / q);
  if (Math.abs(growth(1)) < 1e-9 && Math.abs(growth(4)) < 1e-9) return 1;
  if (!(growth(SMALLEST) > 1e-9)) return 0;
  if (!(growth(LARGEST) < 0)) return Infinity;
  let [low, high] = [Math.log(SMALLEST), Math.log(LARGEST)];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (growth(Math.exp(middle)) > 0) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
}
