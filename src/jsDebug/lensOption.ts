// What a launch configuration says about us: `"gradientLens": true`, or an object.
import type { NodeStart } from '../shared/protocol/node';

export type BreakOn = NodeStart['breakOn'];

/** Conditions under which the program is halted in its debugger, as settings and configurations name them. */
export const BREAK_KINDS: readonly BreakOn[number][] = [
  'non-finite',
  'vanishing-gradient',
  'exploding-gradient',
];

/** A configuration that asks for the lens. */
export interface LensOption {
  /** Absent: the setting `gradientLens.debug.breakOn` decides. */
  breakOn?: BreakOn;
}

/** The conditions among what somebody wrote; what is none of them is left out. */
export function breakKinds(value: unknown): BreakOn {
  return Array.isArray(value) ? BREAK_KINDS.filter((kind) => value.includes(kind)) : [];
}

/** Reads the property of a configuration; undefined where it does not ask for the lens. */
export function lensOption(value: unknown): LensOption | undefined {
  if (value === true) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { breakOn } = value as { breakOn?: unknown };
  return breakOn === undefined ? {} : { breakOn: breakKinds(breakOn) };
}
