// Sequential colour ramps, computed in OKLCH so that equal steps of the value look equally far apart
// (Björn Ottosson, "A perceptual color space for image processing", 2020). Lightness is monotone.

/** Lightness 0 … 1, chroma 0 … 0.4, hue in degrees. */
export type Lch = readonly [lightness: number, chroma: number, hue: number];
export type Rgb = readonly [red: number, green: number, blue: number];

/** Colours of a ramp. */
export const RAMP_SIZE = 256;

const toLinear = (c: number): number =>
  c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
const fromLinear = (c: number): number =>
  c <= 0.0031308 ? 12.92 * c : 1.055 * Math.pow(c, 1 / 2.4) - 0.055;

/** sRGB (0 … 255) of an OKLCH colour, clipped to the gamut. */
export function lchToRgb([lightness, chroma, hue]: Lch): Rgb {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const channel = (linear: number): number =>
    Math.round(255 * Math.min(1, Math.max(0, fromLinear(Math.max(0, linear)))));
  return [
    channel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    channel(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    channel(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** OKLab lightness of an sRGB colour (0 … 255). */
export function lightnessOf([red, green, blue]: Rgb): number {
  const r = toLinear(red / 255);
  const g = toLinear(green / 255);
  const b = toLinear(blue / 255);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
}

/** {@link RAMP_SIZE} opaque RGBA colours through the stops, evenly spaced. */
export function rampOf(stops: readonly Lch[]): Uint8ClampedArray {
  const ramp = new Uint8ClampedArray(RAMP_SIZE * 4);
  const segments = stops.length - 1;
  for (let i = 0; i < RAMP_SIZE; i++) {
    const at = (i / (RAMP_SIZE - 1)) * segments;
    const index = Math.min(segments - 1, Math.floor(at));
    const from = stops[index] ?? [0, 0, 0];
    const to = stops[index + 1] ?? from;
    const mix = (k: 0 | 1 | 2): number => from[k] + (to[k] - from[k]) * (at - index);
    ramp.set([...lchToRgb([mix(0), mix(1), mix(2)]), 255], i * 4);
  }
  return ramp;
}

/** The ramp's colour at 0 … 1 as CSS. */
export function rampColor(ramp: Uint8ClampedArray, position: number): string {
  const i = 4 * Math.round(Math.min(1, Math.max(0, position)) * (RAMP_SIZE - 1));
  return `rgb(${ramp[i] ?? 0}, ${ramp[i + 1] ?? 0}, ${ramp[i + 2] ?? 0})`;
}

/**
 * Densities: one hue, from the background (nothing there) towards the opposite lightness.
 * @param background OKLab lightness of the background.
 */
export function densityRamp(background: number): Uint8ClampedArray {
  return background < 0.5
    ? rampOf([
        [background + 0.02, 0.015, 255],
        [0.38, 0.1, 258],
        [0.55, 0.15, 252],
        [0.71, 0.13, 236],
        [0.88, 0.08, 215],
      ])
    : rampOf([
        [background - 0.01, 0.005, 235],
        [0.87, 0.06, 235],
        [0.7, 0.13, 245],
        [0.5, 0.16, 258],
        [0.28, 0.11, 268],
      ]);
}

/** Magnitudes: many hues, so that a colour can be read off the legend; strong stands out. */
export function magnitudeRamp(background: number): Uint8ClampedArray {
  return background < 0.5
    ? rampOf([
        [0.3, 0.1, 300],
        [0.42, 0.12, 275],
        [0.54, 0.11, 230],
        [0.66, 0.12, 180],
        [0.78, 0.15, 140],
        [0.92, 0.16, 105],
      ])
    : rampOf([
        [0.95, 0.09, 108],
        [0.84, 0.14, 140],
        [0.7, 0.12, 180],
        [0.57, 0.12, 232],
        [0.44, 0.14, 275],
        [0.31, 0.13, 300],
      ]);
}
