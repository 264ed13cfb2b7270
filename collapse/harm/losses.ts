import { squareOf } from "./gram.ts";
import type { Panels } from "./panels.ts";

/** Rows that judge: their Gram matrix, square, whose columns are features, constant one, targets. */
export interface Judge {
  readonly square: Float64Array;
  readonly size: number;
  /** Columns up to and with the constant one. */
  readonly features: number;
  readonly rows: number;
}

export function judgeOf(
  gram: Float64Array,
  shape: Pick<Panels, "panels" | "columns">,
  features: number,
): Judge {
  const square = squareOf(gram, shape.panels, shape.columns);
  const one = features - 1;
  return { square, size: shape.columns, features, rows: square[one * shape.columns + one] ?? 0 };
}

/** Sum of squared errors of one target of the judging rows, of the weights from `offset` on. */
export function squaredLoss(judge: Judge, weights: Float64Array, offset: number, target: number): number {
  const { square, size, features } = judge;
  let sum = square[target * size + target] ?? 0;
  for (let i = 0; i < features; i++) {
    const weight = weights[offset + i] ?? 0;
    let twice = -(square[target * size + i] ?? 0);
    for (let k = 0; k < i; k++) twice += (square[i * size + k] ?? 0) * (weights[offset + k] ?? 0);
    sum += weight * (2 * twice + weight * (square[i * size + i] ?? 0));
  }
  return Math.max(0, sum);
}

/** Sum of squared errors of a constant. */
export function constantLoss(
  { square, size, features, rows }: Judge,
  target: number,
  constant: number,
): number {
  const sum = square[target * size + features - 1] ?? 0;
  return Math.max(0, (square[target * size + target] ?? 0) - 2 * constant * sum + constant * constant * rows);
}

/** Mean of a column over the judging rows. */
export const meanOf = ({ square, size, features, rows }: Judge, target: number): number =>
  (square[target * size + features - 1] ?? 0) / Math.max(1, rows);
