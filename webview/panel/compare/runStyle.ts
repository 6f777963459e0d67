// How each of the compared runs is drawn: a colour, a dash and a marker per slot, so that no two look alike, in
// colour or without. Hues after Okabe & Ito, "Color Universal Design" (2008), which people with any common colour
// deficiency can tell apart; lightness is set for dark and for light grounds (contrast of 3:1 and more).
import type { Theme } from '../paint/theme';

export type Marker =
  'circle' | 'rect' | 'triangle' | 'rectRot' | 'cross' | 'star' | 'crossRot' | 'dash';

export interface RunStyle {
  color: string;
  /** Lengths of strokes and gaps in pixels; none: a whole line. */
  dash: readonly number[];
  marker: Marker;
}

const DARK = [
  '#56b4e9',
  '#e69f00',
  '#2fc99a',
  '#f0e442',
  '#e58cc0',
  '#ff7847',
  '#a79bff',
  '#c4c4c4',
];
const LIGHT = [
  '#0072b2',
  '#a86400',
  '#007a57',
  '#7a6c00',
  '#a83e80',
  '#c23c00',
  '#5646c9',
  '#5c5c5c',
];
const DASHES: readonly (readonly number[])[] = [
  [],
  [7, 3],
  [2, 3],
  [9, 3, 2, 3],
  [12, 4],
  [4, 2],
  [2, 2, 6, 2],
  [12, 3, 2, 3, 2, 3],
];
const MARKERS: readonly Marker[] = [
  ...(['circle', 'rect', 'triangle', 'rectRot', 'cross', 'star', 'crossRot', 'dash'] as const),
];

/** The style of a slot; slots beyond the eighth begin anew. */
export function runStyle(slot: number, { dark }: Pick<Theme, 'dark'>): RunStyle {
  const colors = dark ? DARK : LIGHT;
  return {
    color: colors[slot % colors.length] ?? '#888888',
    dash: DASHES[slot % DASHES.length] ?? [],
    marker: MARKERS[slot % MARKERS.length] ?? 'circle',
  };
}

const SVG = 'http://www.w3.org/2000/svg';

/** Outlines of the markers about 0, 0. Chart.js draws the same shapes. */
const SHAPES: Readonly<Record<Marker, string>> = {
  circle: 'M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z',
  rect: 'M-2.6-2.6h5.2v5.2h-5.2z',
  triangle: 'M0-3.4L3.2 2.6H-3.2z',
  rectRot: 'M0-3.6L3.6 0L0 3.6L-3.6 0z',
  cross: 'M-3.4 0h6.8M0-3.4v6.8',
  star: 'M-3.4 0h6.8M0-3.4v6.8M-2.4-2.4l4.8 4.8M2.4-2.4l-4.8 4.8',
  crossRot: 'M-2.6-2.6l5.2 5.2M2.6-2.6l-5.2 5.2',
  dash: 'M0 0h3.6',
};

/** A piece of a run's line with its marker, for legends. */
export function swatch({ color, dash, marker }: RunStyle): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 28 12');
  svg.setAttribute('class', 'swatch');
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(SVG, 'path');
  line.setAttribute('d', 'M1 6h26');
  line.setAttribute('stroke', color);
  line.setAttribute('stroke-width', '2');
  line.setAttribute('stroke-dasharray', dash.join(' '));
  const mark = document.createElementNS(SVG, 'path');
  mark.setAttribute('d', SHAPES[marker]);
  mark.setAttribute('transform', 'translate(14 6)');
  mark.setAttribute('fill', color);
  mark.setAttribute('stroke', color);
  mark.setAttribute('stroke-width', '1.5');
  svg.append(line, mark);
  return svg;
}
