// Icons as SVG shapes on a 16 × 16 grid, drawn in the text's colour.

const SVG = 'http://www.w3.org/2000/svg';

/** Path data; `stroke` shapes are outlines 1.3 wide, the others are filled. */
const SHAPES = {
  play: { fill: 'M4.5 2.8v10.4L13 8z' },
  pause: { fill: 'M4 3h2.8v10H4zM9.2 3H12v10H9.2z' },
  step: { fill: 'M3 2.8v10.4L10 8zM11 3h2v10h-2z' },
  stop: { fill: 'M3.8 3.8h8.4v8.4H3.8z' },
  restart: { stroke: 'M12.6 5.2A5.3 5.3 0 1 0 13.3 8M12.9 2.2v3.3H9.6' },
  output: { stroke: 'M2.5 3h11v10h-11zM4.8 6l2 2-2 2M8.6 10.4h2.8' },
  error: {
    stroke: 'M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4',
  },
  warning: { stroke: 'M8 2.2 14.4 13.5H1.6zM8 6.4v3.4M8 11.2v1' },
  information: { stroke: 'M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8M8 7.2v4M8 4.8v1' },
  check: { stroke: 'M2.8 8.4l3.4 3.4 7-7.6' },
  circle: { stroke: 'M8 3a5 5 0 1 1 0 10A5 5 0 0 1 8 3' },
  dot: { fill: 'M8 3.6a4.4 4.4 0 1 1 0 8.8 4.4 4.4 0 0 1 0-8.8' },
  close: { stroke: 'M4 4l8 8M12 4l-8 8' },
  table: { stroke: 'M2.2 3h11.6v10H2.2zM2.2 6.4h11.6M2.2 9.7h11.6M6.4 6.4V13' },
  search: { stroke: 'M7 2.8a4.2 4.2 0 1 1 0 8.4 4.2 4.2 0 0 1 0-8.4M10.1 10.1l3.4 3.4' },
  rising: { stroke: 'M3.6 12.4l8-8M6 4.2h5.8V10' },
  falling: { stroke: 'M3.6 3.6l8 8M6 11.8h5.8V6' },
  steady: { stroke: 'M2.6 8h10M9.4 4.6 12.8 8l-3.4 3.4' },
  flag: { stroke: 'M4 14.2V2.4h8.2L10.4 5.6l1.8 3.2H4' },
  open: { stroke: 'M9.2 2.6h4.2v4.2M13.2 2.8 7.6 8.4M6.6 3.6H2.8v9.6h9.6V9.4' },
  add: { stroke: 'M8 3v10M3 8h10' },
  save: { stroke: 'M8 2.4v7.4M4.8 6.8 8 10l3.2-3.2M2.8 11.4v2.2h10.4v-2.2' },
  export: { stroke: 'M8 10V2.6M4.8 5.6 8 2.4l3.2 3.2M2.8 8.4v5.2h10.4V8.4' },
  chevron: { stroke: 'M6 3.4 10.6 8 6 12.6' },
} as const satisfies Record<string, { fill: string } | { stroke: string }>;

export type IconName = keyof typeof SHAPES;

/** An icon that assistive technology passes over: the words beside it say the same. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', `icon icon-${name}`);
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('focusable', 'false');
  const path = document.createElementNS(SVG, 'path');
  const shape: { fill?: string; stroke?: string } = SHAPES[name];
  path.setAttribute('d', shape.fill ?? shape.stroke ?? '');
  path.setAttribute('class', shape.fill === undefined ? 'outline' : 'solid');
  svg.append(path);
  return svg;
}

/** Replaces the icon inside `holder`, only where it changes. */
export function setIcon(holder: HTMLElement, name: IconName): void {
  if (holder.dataset['icon'] === name) return;
  holder.dataset['icon'] = name;
  holder.querySelector('svg.icon')?.remove();
  holder.prepend(icon(name));
}
