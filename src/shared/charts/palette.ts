// The colours of pictures: of a theme, light or dark, or as CSS variables that a page decides.
import { densityRamp, lchToRgb, lightnessOf, magnitudeRamp, rampColor } from './ramp';

/** Steps of a colour scale: finer is not told apart, and each is one path of the picture. */
export const LEVELS = 48;

export interface Palette {
  /** Behind the picture; absent: whatever it stands on shows. */
  background?: string;
  /** What bars and cells are parted by. */
  paper: string;
  foreground: string;
  /** Secondary text. */
  muted: string;
  grid: string;
  /** Ground of slots that are there even when empty. */
  track: string;
  error: string;
  negative: string;
  positive: string;
  zero: string;
  training: string;
  validation: string;
  font: string;
  /** Colours of norms and of shares, by level from 0 to {@link LEVELS} − 1. */
  magnitude: readonly string[];
  density: readonly string[];
}

export const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif";

/** {@link LEVELS} colours of a ramp. */
export function levelsOf(ramp: Uint8ClampedArray): string[] {
  return Array.from({ length: LEVELS }, (_, level) => rampColor(ramp, level / (LEVELS - 1)));
}

/** Level of a position 0 … 1 on a scale. */
export function levelAt(position: number): number {
  return Math.round(Math.min(1, Math.max(0, position)) * (LEVELS - 1));
}

const hex = (lightness: number, chroma: number, hue: number): string =>
  `#${lchToRgb([lightness, chroma, hue])
    .map((channel) => channel.toString(16).padStart(2, '0'))
    .join('')}`;

/**
 * Colours for paper (light) and for dark screens. Text and lines keep a contrast of 4.5 : 1, and 3 : 1, to the
 * background (WCAG 2.2, 1.4.3 and 1.4.11).
 */
export function paletteOf(scheme: 'light' | 'dark'): Required<Palette> {
  const dark = scheme === 'dark';
  const background = dark ? '#1b1e24' : '#ffffff';
  const lightness = lightnessOf(dark ? [27, 30, 36] : [255, 255, 255]);
  return {
    ...{ background, paper: background, font: FONT },
    foreground: dark ? hex(0.91, 0.01, 255) : hex(0.26, 0.02, 260),
    muted: dark ? hex(0.74, 0.015, 255) : hex(0.48, 0.02, 260),
    grid: dark ? hex(0.34, 0.012, 260) : hex(0.92, 0.005, 255),
    track: dark ? hex(0.29, 0.012, 260) : hex(0.955, 0.005, 255),
    error: dark ? hex(0.72, 0.17, 25) : hex(0.55, 0.21, 27),
    negative: dark ? hex(0.76, 0.14, 62) : hex(0.62, 0.15, 55),
    positive: dark ? hex(0.7, 0.14, 250) : hex(0.55, 0.17, 255),
    zero: dark ? hex(0.62, 0.012, 255) : hex(0.62, 0.015, 260),
    training: dark ? hex(0.7, 0.14, 250) : hex(0.55, 0.17, 255),
    validation: dark ? hex(0.76, 0.14, 62) : hex(0.62, 0.15, 55),
    magnitude: levelsOf(magnitudeRamp(lightness)),
    density: levelsOf(densityRamp(lightness)),
  };
}

const NAMES = [
  ...['paper', 'foreground', 'muted', 'grid', 'track', 'error', 'negative', 'positive', 'zero'],
  ...['training', 'validation'],
] as const;
type Name = Exclude<keyof Palette, 'background' | 'font' | 'magnitude' | 'density'>;

/** A palette of CSS variables, for pictures within a page that has {@link cssVariables}. */
export const CSS_PALETTE: Palette = {
  ...(Object.fromEntries(NAMES.map((name) => [name, `var(--${name})`])) as Record<Name, string>),
  font: FONT,
  magnitude: Array.from({ length: LEVELS }, (_, level) => `var(--m${level})`),
  density: Array.from({ length: LEVELS }, (_, level) => `var(--d${level})`),
};

/** The declarations behind {@link CSS_PALETTE}. */
export function cssVariables(scheme: 'light' | 'dark'): string {
  const palette = paletteOf(scheme);
  const single = NAMES.map((name) => `--${name}:${palette[name]}`);
  const scales = (['magnitude', 'density'] as const).flatMap((scale) =>
    palette[scale].map((color, level) => `--${scale.charAt(0)}${level}:${color}`),
  );
  return [...single, ...scales].join(';');
}
