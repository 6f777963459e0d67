// Reading what a canvas of the page shows.
import type { Page } from 'playwright-core';

export interface ColumnInk {
  /** Pixels of the colour per column of the canvas, in device pixels. */
  columns: number[];
  width: number;
  height: number;
}

/** Counts the pixels of a canvas that are within a small distance of an sRGB colour. */
export function inkOf(
  page: Page,
  selector: string,
  color: readonly [number, number, number],
): Promise<ColumnInk> {
  return page.evaluate(
    ([where, [red, green, blue]]) => {
      const canvas = document.querySelector(where);
      if (!(canvas instanceof HTMLCanvasElement)) throw new Error(`No canvas at ${where}`);
      const { width, height } = canvas;
      const data = canvas.getContext('2d')?.getImageData(0, 0, width, height).data ?? [];
      const columns = new Array<number>(width).fill(0);
      for (let i = 0; i < width * height; i++) {
        const far =
          Math.abs((data[i * 4] ?? 0) - red) +
          Math.abs((data[i * 4 + 1] ?? 0) - green) +
          Math.abs((data[i * 4 + 2] ?? 0) - blue);
        if (far < 24 && (data[i * 4 + 3] ?? 0) > 200) columns[i % width]! += 1;
      }
      return { columns, width, height };
    },
    [selector, color] as const,
  );
}

/** sRGB of `#rrggbb`. */
export function rgb(hex: string): [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
