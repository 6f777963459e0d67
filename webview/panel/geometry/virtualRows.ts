// Which rows of a long list stand in the window. Only those exist in the document.

export interface VirtualRows {
  /** First row to show, and the one after the last. */
  first: number;
  end: number;
}

/** Rows beyond either edge, so that fast scrolling shows no gap. */
const OVERSCAN = 3;

/**
 * @param top Top of the list relative to the window's top, in pixels (negative when scrolled past).
 * @param gap Pixels inserted behind row `gapAfter` (an opened detail); −1 for none.
 */
export function visibleRows(
  count: number,
  rowHeight: number,
  top: number,
  windowHeight: number,
  gapAfter = -1,
  gap = 0,
): VirtualRows {
  if (count === 0 || rowHeight <= 0) return { first: 0, end: 0 };
  const rowAt = (y: number): number => {
    const gapTop = (gapAfter + 1) * rowHeight;
    if (gapAfter < 0 || y < gapTop) return Math.floor(y / rowHeight);
    return Math.floor(Math.max(gapTop, y - gap) / rowHeight);
  };
  const first = Math.max(0, Math.min(count, rowAt(-top) - OVERSCAN));
  const end = Math.max(first, Math.min(count, rowAt(windowHeight - top) + 1 + OVERSCAN));
  return { first, end };
}

/** Top of a row within the list. */
export function rowTop(index: number, rowHeight: number, gapAfter = -1, gap = 0): number {
  return index * rowHeight + (gapAfter >= 0 && index > gapAfter ? gap : 0);
}
