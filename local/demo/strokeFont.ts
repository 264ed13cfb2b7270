/**
 * A small font of strokes, so that the pictures read the same on a machine without fonts. Lower case, digits
 * and signs; a capital is 14 units high, lower case 9, and a stem reaches 4 below the line.
 */
type Glyph = readonly [widthUnits: number, path: string];

const BOWL_LEFT = "M7 9.5C7 6.8 5.5 5 3.5 5S0 6.8 0 9.5S1.5 14 3.5 14S7 12.2 7 9.5";
const BOWL_RIGHT = "M0 9.5C0 6.8 1.5 5 3.5 5S7 6.8 7 9.5S5.5 14 3.5 14S0 12.2 0 9.5";
const ARCH = "M0 9C0 6.6 1.5 5 3.5 5S6.5 6.3 6.5 8.5V14";

const GLYPHS: Readonly<Record<string, Glyph>> = {
  a: [7, `M7 5V14${BOWL_LEFT}`],
  b: [7, `M0 0V14${BOWL_RIGHT}`],
  c: [6.6, "M6.6 6.8C6 5.7 4.9 5 3.6 5C1.5 5 0 6.8 0 9.5S1.5 14 3.6 14C4.9 14 6 13.3 6.6 12.2"],
  d: [7, `M7 0V14${BOWL_LEFT}`],
  e: [7, "M0 9.5H7C7 6.7 5.6 5 3.5 5S0 6.8 0 9.5S1.5 14 3.7 14C5 14 6 13.4 6.6 12.4"],
  f: [5, "M5 .2C3-.4 1.8.8 1.8 3V14M0 5H4.5"],
  g: [7, `${BOWL_LEFT}M7 5V14.5C7 17 5.6 18.2 3.5 18.2C2.2 18.2 1.2 17.8.5 17`],
  h: [6.5, `M0 0V14${ARCH}`],
  i: [0, "M0 5V14M0 1.2V1.3"],
  j: [2, "M2 5V15.5C2 17.3 1 18.2-.5 18M2 1.2V1.3"],
  k: [6.3, "M0 0V14M6 5L0 10.5M2.4 8.4L6.3 14"],
  l: [0, "M0 0V14"],
  m: [11, "M0 5V14M0 8.6C0 6.4 1.2 5 2.9 5S5.5 6.2 5.5 8.4V14M5.5 8.6C5.5 6.4 6.7 5 8.4 5S11 6.2 11 8.4V14"],
  n: [6.5, `M0 5V14${ARCH}`],
  o: [7, BOWL_LEFT],
  p: [7, `M0 5V18${BOWL_RIGHT}`],
  q: [7, `M7 5V18${BOWL_LEFT}`],
  r: [4, "M0 5V14M0 9C0 6.6 1.6 5 4 5.1"],
  s: [
    6,
    "M5.7 6.5C5.2 5.5 4.2 5 3 5C1.4 5 .3 5.8.3 7.2C.3 10.2 6 8.6 6 11.7C6 13.2 4.7 14 3 14C1.6 14 .5 13.4 0 12.3",
  ],
  t: [4.6, "M1.8 1.5V11.5C1.8 13.4 3 14.3 4.6 13.8M0 5H4.5"],
  u: [6.5, "M0 5V10.5C0 12.7 1.2 14 3 14S6.5 12.4 6.5 10V5M6.5 5V14"],
  v: [6.6, "M0 5L3.3 14L6.6 5"],
  w: [10, "M0 5L2.6 14L5 5.6L7.4 14L10 5"],
  x: [6.4, "M0 5L6.4 14M6.4 5L0 14"],
  y: [6.8, "M0 5L3.4 14M6.8 5L3.4 14L2.6 16.2C2 17.8 1.2 18.3 0 18.1"],
  z: [6.4, "M0 5H6.2L0 14H6.4"],
  "0": [8, "M4 0C1 0 0 3 0 7S1 14 4 14S8 11 8 7S7 0 4 0Z"],
  "1": [8, "M1.5 3L5 0V14"],
  "2": [8, "M.3 3.5C.5 1 2 0 4 0C6.2 0 7.7 1.4 7.7 3.6C7.7 6.5 3 9 0 14H8"],
  "3": [
    8,
    "M.5 2.2C1 .8 2.3 0 4 0C6.2 0 7.5 1.4 7.5 3.3C7.5 5.3 6 6.5 3.5 6.5C6.3 6.5 8 7.9 8 10.2C8 12.5 6.3 14 4 14C2 14 .6 13 0 11.5",
  ],
  "4": [8, "M6 14V0L0 10H8"],
  "5": [8, "M7.2 0H1.2L.6 6.2C1.5 5.4 2.7 5 4 5C6.4 5 8 6.8 8 9.4C8 12.2 6.3 14 3.9 14C2 14 .6 13.1 0 11.7"],
  "6": [
    8,
    "M7 1.2C6.3.4 5.4 0 4.4 0C1.6 0 0 3 0 8C0 12 1.5 14 4 14C6.4 14 8 12.2 8 9.6C8 7 6.4 5.4 4.2 5.4C2 5.4.3 7 0 9",
  ],
  "7": [8, "M0 0H8L3 14"],
  "8": [
    8,
    "M4 6.4C2 6.4.6 5.2.6 3.2S2 0 4 0S7.4 1.3 7.4 3.2S6 6.4 4 6.4C1.6 6.4 0 8 0 10.2S1.6 14 4 14S8 12.5 8 10.2S6.4 6.4 4 6.4Z",
  ],
  "9": [
    8,
    "M1 12.8C1.7 13.6 2.6 14 3.6 14C6.4 14 8 11 8 6C8 2 6.5 0 4 0C1.6 0 0 1.8 0 4.4C0 7 1.6 8.6 3.8 8.6C6 8.6 7.7 7 8 5",
  ],
  " ": [3.5, ""],
  ".": [0, "M0 13.9V14"],
  ",": [0.5, "M.5 13.8L-.3 16.2"],
  ":": [0, "M0 6.4V6.5M0 13.5V13.6"],
  "-": [5, "M0 9.5H5"],
  _: [7, "M0 16H7"],
  "/": [6, "M6-1L0 16"],
  "·": [0, "M0 9.4V9.5"],
  "→": [10, "M0 9.5H10M6.5 6L10 9.5L6.5 13"],
};

const SPACING_UNITS = 3.2;
const CAPITAL_UNITS = 14;
const UNKNOWN: Glyph = [6, "M0 5H6V14H0Z"];

export interface TextStyle {
  /** Height of a digit in pixels. */
  readonly sizePixels: number;
  readonly color: string;
  readonly anchor?: "start" | "middle" | "end";
  /** Stroke width in units of the font; 1.5 when unset. */
  readonly weight?: number;
}

/** A line of text as an SVG group; (x, y) is on the base line. */
export function drawText(x: number, y: number, text: string, style: TextStyle): string {
  const glyphs = [...text.toLowerCase()].map((character) => GLYPHS[character] ?? UNKNOWN);
  const widthUnits = glyphs.reduce((sum, [width]) => sum + width + SPACING_UNITS, -SPACING_UNITS);
  const shift = { start: 0, middle: 0.5, end: 1 }[style.anchor ?? "start"];
  let at = -widthUnits * shift;
  const paths = glyphs.map(([width, path]) => {
    const placed = path === "" ? "" : `<path transform="translate(${at.toFixed(2)} 0)" d="${path}"/>`;
    at += width + SPACING_UNITS;
    return placed;
  });
  const scale = style.sizePixels / CAPITAL_UNITS;
  const place = `translate(${x.toFixed(2)} ${y.toFixed(2)}) scale(${scale.toFixed(4)}) translate(0 ${-CAPITAL_UNITS})`;
  return `<g transform="${place}" fill="none" stroke="${style.color}" stroke-width="${style.weight ?? 1.5}" stroke-linecap="round" stroke-linejoin="round">${paths.join("")}</g>`;
}
