// Colours and fonts of the page's theme for painting on canvases, which cannot use CSS variables.
import { type Rgb, densityRamp, lightnessOf, magnitudeRamp } from '../../../src/shared/charts/ramp';

export interface Theme {
  dark: boolean;
  highContrast: boolean;
  background: string;
  foreground: string;
  /** Secondary text. */
  muted: string;
  /** Grid lines, and the ground of slots that are there even when empty. */
  grid: string;
  track: string;
  border: string;
  focus: string;
  error: string;
  /** Curves and bars: negative and positive elements, zeros, and the chart series. */
  negative: string;
  positive: string;
  zero: string;
  series: { loss: string; validation: string; metric: string };
  font: string;
  density: Uint8ClampedArray;
  magnitude: Uint8ClampedArray;
}

/** Any CSS colour as sRGB; canvases normalise it. */
function rgbOf(color: string): Rgb {
  const context = document.createElement('canvas').getContext('2d');
  if (context === null) return [0, 0, 0];
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}

/** Reads the theme from the document as it is now. */
export function readTheme(): Theme {
  const style = getComputedStyle(document.body);
  const read = (fallback: string, ...names: string[]): string => {
    for (const name of names) {
      const value = style.getPropertyValue(`--vscode-${name}`).trim();
      if (value !== '') return value;
    }
    return fallback;
  };
  const background = read('#1f1f1f', 'editor-background');
  const lightness = lightnessOf(rgbOf(background));
  const dark = lightness < 0.5;
  const foreground = read(dark ? '#cccccc' : '#3b3b3b', 'foreground', 'editor-foreground');
  const highContrast =
    document.body.classList.contains('vscode-high-contrast') ||
    document.body.classList.contains('vscode-high-contrast-light');
  return {
    dark,
    highContrast,
    background,
    foreground,
    muted: highContrast ? foreground : read(foreground, 'descriptionForeground'),
    grid: highContrast
      ? `color-mix(in srgb, ${read(foreground, 'contrastBorder')} 45%, transparent)`
      : `color-mix(in srgb, ${foreground} 10%, transparent)`,
    track: `color-mix(in srgb, ${foreground} ${highContrast ? 18 : 8}%, transparent)`,
    border: read(foreground, 'contrastBorder', 'panel-border', 'widget-border'),
    focus: read('#0078d4', 'focusBorder'),
    error: read('#f14c4c', 'charts-red', 'editorError-foreground'),
    negative: read('#d18616', 'charts-orange'),
    positive: read('#3794ff', 'charts-blue'),
    zero: read(foreground, 'descriptionForeground'),
    series: {
      loss: read('#3794ff', 'charts-blue'),
      validation: read('#d18616', 'charts-orange'),
      metric: read('#89d185', 'charts-green'),
    },
    font: read('sans-serif', 'font-family'),
    density: densityRamp(lightness),
    magnitude: magnitudeRamp(lightness),
  };
}

/** Calls `changed` when VS Code switches its theme (it sets variables and classes on the fly). */
export function observeTheme(changed: () => void): void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
}
