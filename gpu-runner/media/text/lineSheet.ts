import type { Line } from "./findLines.ts";
import type { GrayPicture } from "./grayPicture.ts";

/** Height at which letters are read best, and the margin round each line, in pixels. */
const LETTER_PX = 32;
const MARGIN_PX = 14;
const LONGEST_PX = 1200;
const PAPER = 255;
/** Letters darken the mean that they are compared with: what is round them differs a little more from them. */
const PAPER_BEYOND = 1.3;

/** Lines below one another, dark on white and level, and which rows of the sheet each takes. */
export interface LineSheet {
  readonly picture: GrayPicture;
  readonly rows: readonly { readonly top: number; readonly bottom: number }[];
}

interface Strip {
  readonly line: Line;
  readonly width: number;
  readonly height: number;
  /** Pixels of the line's picture per pixel of the strip. */
  readonly step: number;
  /** Brightness of its letters, and how far from it what is round them lies. */
  readonly ink: number;
  readonly toPaper: number;
  /** Middle of the line, and its direction. */
  readonly middle: readonly [x: number, y: number];
  readonly direction: readonly [x: number, y: number];
}

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

const layStrip = (line: Line): Strip => {
  const { chain } = line;
  const [first, last] = [chain[0], chain.at(-1)];
  const centers = chain.map(
    ({ left, right, top, bottom }) => [(left + right) / 2, (top + bottom) / 2] as const,
  );
  const [startX, startY] = centers[0] ?? [0, 0];
  const [endX, endY] = centers.at(-1) ?? [0, 0];
  const span = Math.hypot(endX - startX, endY - startY);
  const direction: Strip["direction"] =
    span === 0 ? [1, 0] : [(endX - startX) / span, (endY - startY) / span];
  const letterHeight = Math.max(...chain.map(({ height }) => height));
  const length = (last?.right ?? 0) - (first?.left ?? 0);
  const step = Math.max(letterHeight / LETTER_PX, length / LONGEST_PX);
  return {
    line,
    step,
    direction,
    ink: mean(chain.map(({ brightness }) => brightness)),
    toPaper: PAPER_BEYOND * mean(chain.map(({ contrast }) => contrast)) * (line.polarity === "dark" ? 1 : -1),
    width: Math.ceil(length / step) + 2 * MARGIN_PX,
    height: Math.ceil((1.25 * letterHeight) / step) + 2 * MARGIN_PX,
    middle: [((first?.left ?? 0) + (last?.right ?? 0)) / 2, mean(centers.map(([, y]) => y))],
  };
};

/** The picture's brightness between its pixels; beyond its edge, that of the edge. */
const sampleAt = ({ pixels, widthPx, heightPx }: GrayPicture, x: number, y: number): number => {
  const clampedX = Math.min(widthPx - 1, Math.max(0, x));
  const clampedY = Math.min(heightPx - 1, Math.max(0, y));
  const [left, top] = [Math.floor(clampedX), Math.floor(clampedY)];
  const [right, bottom] = [Math.min(widthPx - 1, left + 1), Math.min(heightPx - 1, top + 1)];
  const [dx, dy] = [clampedX - left, clampedY - top];
  const pixel = (column: number, row: number): number => pixels[row * widthPx + column] ?? 0;
  const upper = pixel(left, top) * (1 - dx) + pixel(right, top) * dx;
  const lower = pixel(left, bottom) * (1 - dx) + pixel(right, bottom) * dx;
  return upper * (1 - dy) + lower * dy;
};

const drawStrip = (strip: Strip, sheet: Uint8Array, sheetWidth: number, top: number): void => {
  const { line, step, direction, middle, ink, toPaper } = strip;
  const [alongX, alongY] = direction;
  for (let row = 0; row < strip.height; row += 1) {
    const v = (row - strip.height / 2) * step;
    for (let column = 0; column < strip.width; column += 1) {
      const u = (column - strip.width / 2) * step;
      const x = middle[0] + u * alongX - v * alongY;
      const y = middle[1] + u * alongY + v * alongX;
      const whiteness = (sampleAt(line.picture, x, y) - ink) / toPaper;
      sheet[(top + row) * sheetWidth + column] = PAPER * Math.min(1, Math.max(0, whiteness));
    }
  }
};

/** Lays lines on one sheet, as a reader of printed pages wants them; a reader starts once for all of them. */
export const layLines = (lines: readonly Line[]): LineSheet => {
  const strips = lines.map(layStrip);
  const widthPx = Math.max(1, ...strips.map(({ width }) => width));
  const heightPx = Math.max(
    1,
    strips.reduce((sum, { height }) => sum + height + MARGIN_PX, 0),
  );
  const pixels = new Uint8Array(widthPx * heightPx).fill(PAPER);
  let top = 0;
  const rows = strips.map((strip) => {
    drawStrip(strip, pixels, widthPx, top);
    const row = { top, bottom: top + strip.height };
    top = row.bottom + MARGIN_PX;
    return row;
  });
  return { picture: { pixels, widthPx, heightPx }, rows };
};
