import { PANEL, type Panels } from "./panels.ts";

// A Gram matrix is kept as its tiles on and under the diagonal, each 4 × 4, row of tiles by row of tiles: Gram matrices
// of disjoint rows add up number by number, and no cache line is wasted on the half that mirrors the other.

/** Numbers that the Gram matrix of so many panels takes. */
export const gramSize = (panels: number): number => ((panels * (panels + 1)) / 2) * PANEL * PANEL;

/** Adds X'X of a matrix, in tiles, to `into`. */
export function addGram(matrix: Panels, into: Float64Array): void {
  let tile = 0;
  for (let left = 0; left < matrix.panels; left++)
    for (let right = 0; right <= left; right++) {
      addHalfTile(matrix, left, right, 0, into, tile);
      addHalfTile(matrix, left, right, 2, into, tile);
      tile += PANEL * PANEL;
    }
}

/** Four columns times two: as many sums as a core keeps in registers beside what it multiplies. */
function addHalfTile(
  { data, rows }: Panels,
  left: number,
  right: number,
  half: number,
  into: Float64Array,
  tile: number,
): void {
  let [s00, s01, s10, s11, s20, s21, s30, s31] = [0, 0, 0, 0, 0, 0, 0, 0];
  let a = left * rows * PANEL;
  let b = right * rows * PANEL + half;
  for (let row = 0; row < rows; row++) {
    const b0 = data[b] ?? 0;
    const b1 = data[b + 1] ?? 0;
    const a0 = data[a] ?? 0;
    const a1 = data[a + 1] ?? 0;
    const a2 = data[a + 2] ?? 0;
    const a3 = data[a + 3] ?? 0;
    s00 += a0 * b0;
    s01 += a0 * b1;
    s10 += a1 * b0;
    s11 += a1 * b1;
    s20 += a2 * b0;
    s21 += a2 * b1;
    s30 += a3 * b0;
    s31 += a3 * b1;
    a += PANEL;
    b += PANEL;
  }
  const at = tile + half;
  into[at] = (into[at] ?? 0) + s00;
  into[at + 1] = (into[at + 1] ?? 0) + s01;
  into[at + 4] = (into[at + 4] ?? 0) + s10;
  into[at + 5] = (into[at + 5] ?? 0) + s11;
  into[at + 8] = (into[at + 8] ?? 0) + s20;
  into[at + 9] = (into[at + 9] ?? 0) + s21;
  into[at + 12] = (into[at + 12] ?? 0) + s30;
  into[at + 13] = (into[at + 13] ?? 0) + s31;
}

/** Adds the lower triangle of a square, row by row and `columns` wide, to `into`. */
export function addSquare(square: Float64Array, columns: number, into: Float64Array): void {
  const panels = Math.ceil(columns / PANEL);
  let at = 0;
  for (let left = 0; left < panels; left++)
    for (let right = 0; right <= left; right++)
      for (let i = 0; i < PANEL; i++) {
        const row = left * PANEL + i;
        for (let j = 0; j < PANEL; j++, at++) {
          const column = right * PANEL + j;
          if (row < columns && column < columns)
            into[at] = (into[at] ?? 0) + (square[row * columns + column] ?? 0);
        }
      }
}

/** The Gram matrix of the union of some disjoint sets of rows: four at a time, for their reading is what takes long. */
export function sumGrams(grams: readonly Float64Array[], chosen: readonly number[]): Float64Array {
  const size = grams[0]?.length ?? 0;
  const sum = new Float64Array(size);
  const none = new Float64Array(size);
  for (let at = 0; at < chosen.length; at += 4) {
    const [a = none, b = none, c = none, d = none] = chosen.slice(at, at + 4).map((piece) => grams[piece]);
    addFour(sum, a, b, c, d);
  }
  return sum;
}

function addFour(
  sum: Float64Array,
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  d: Float64Array,
): void {
  for (let index = 0; index < sum.length; index++)
    sum[index] =
      (sum[index] ?? 0) + ((a[index] ?? 0) + (b[index] ?? 0)) + ((c[index] ?? 0) + (d[index] ?? 0));
}

/** The lower triangle as a square, row by row, `columns` wide; above the diagonal zero. */
export function squareOf(gram: Float64Array, panels: number, columns: number): Float64Array {
  const square = new Float64Array(columns * columns);
  let at = 0;
  for (let left = 0; left < panels; left++)
    for (let right = 0; right <= left; right++)
      for (let i = 0; i < PANEL; i++)
        for (let j = 0; j < PANEL; j++) {
          const value = gram[at++] ?? 0;
          const row = left * PANEL + i;
          const column = right * PANEL + j;
          if (row < columns && column <= row) square[row * columns + column] = value;
        }
  return square;
}
