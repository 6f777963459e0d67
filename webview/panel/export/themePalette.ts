// The page's theme as the palette of a picture that leaves the page: plain colours, since other programs know neither
// CSS variables nor colour mixing, and what is translucent here lies on the background.
import { levelsOf, type Palette } from '../../../src/shared/charts/palette';
import type { Theme } from '../paint/theme';

/** Any CSS colours, one over the other, as `#rrggbb`. */
function flat(...layers: readonly string[]): string {
  const context = document.createElement('canvas').getContext('2d');
  if (context === null) return '#808080';
  for (const color of layers) {
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
  }
  const channels = [...context.getImageData(0, 0, 1, 1).data.subarray(0, 3)];
  return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

/** The palette of pictures that are saved from a page with this theme. */
export function paletteOfTheme(theme: Theme): Palette {
  const over = (color: string): string => flat(theme.background, color);
  return {
    background: over(theme.background),
    paper: over(theme.background),
    foreground: over(theme.foreground),
    muted: over(theme.muted),
    grid: over(theme.grid),
    track: over(theme.track),
    error: over(theme.error),
    negative: over(theme.negative),
    positive: over(theme.positive),
    zero: over(theme.zero),
    training: over(theme.series.loss),
    validation: over(theme.series.validation),
    // The reader's program may lack the font of this editor.
    font: `${theme.font}, sans-serif`,
    magnitude: levelsOf(theme.magnitude),
    density: levelsOf(theme.density),
  };
}
