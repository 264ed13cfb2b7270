import type { RowSample } from "../contracts/aggregates.ts";

const SHARE = 0.1;

/** Where the outermost tenth of real rows begins: squared distance from the middle of the encoding. */
export interface Outermost {
  readonly middle: Float64Array;
  readonly fromSquared: number;
}

type Encoded = Pick<RowSample, "encoded">;

/** The border of the outermost tenth of some rows, of an encoded, clamped sample. */
export function outermostOf({ encoded }: Encoded, width: number, rows: Uint32Array): Outermost {
  const middle = new Float64Array(width);
  for (const row of rows)
    for (let index = 0; index < width; index++)
      middle[index] = (middle[index] ?? 0) + (encoded[row * width + index] ?? 0) / rows.length;
  const squares = Float64Array.from(rows, (row) => squaredFrom(middle, encoded, row)).sort();
  return {
    middle,
    fromSquared: squares[Math.floor((1 - SHARE) * squares.length)] ?? Number.POSITIVE_INFINITY,
  };
}

export const isOutermost = ({ middle, fromSquared }: Outermost, { encoded }: Encoded, row: number): boolean =>
  squaredFrom(middle, encoded, row) >= fromSquared;

function squaredFrom(middle: Float64Array, encoded: Float64Array, row: number): number {
  let sum = 0;
  for (let index = 0; index < middle.length; index++)
    sum += ((encoded[row * middle.length + index] ?? 0) - (middle[index] ?? 0)) ** 2;
  return sum;
}
