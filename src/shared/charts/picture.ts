// The frame around every picture: its size, name and font.
import { type Palette } from './palette';
import { escapeText, tag } from './svg';

export interface PictureFrame {
  width: number;
  height: number;
  /** What it shows, for those who do not see it. */
  name: string;
  /** Drawn above it; absent: where it stands has a heading already. */
  heading?: string;
}

/** Height of the line that the heading takes. */
export const HEADING = 26;
/** Room around a picture that stands for itself. */
export const MARGIN = 12;

/**
 * A picture of `content`, drawn from 0, 0 to width, height. With a heading it is made to stand alone: with a
 * background and a margin, and thus larger.
 */
export function picture(
  { width, height, name, heading }: PictureFrame,
  palette: Palette,
  content: readonly string[],
): string {
  const isAlone = heading !== undefined;
  const whole = isAlone
    ? { width: width + 2 * MARGIN, height: height + HEADING + 2 * MARGIN }
    : { width, height };
  const title = `<title>${escapeText(name)}</title>`;
  const { background, font, foreground } = palette;
  const body = isAlone
    ? [
        background === undefined ? '' : tag('rect', { ...whole, fill: background }),
        tag(
          'text',
          { x: MARGIN, y: MARGIN + 14, 'font-size': 14, 'font-weight': 600, fill: foreground },
          escapeText(heading),
        ),
        tag('g', { transform: `translate(${MARGIN} ${MARGIN + HEADING})` }, ...content),
      ]
    : content;
  return tag(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${whole.width} ${whole.height}`,
      ...whole,
      role: 'img',
      'font-family': font,
      'font-size': 11,
    },
    title,
    ...body,
  );
}
