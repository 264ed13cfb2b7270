import type { Points } from "../points.ts";
import type { LabelModel, ModelFamily } from "./learn.ts";

/** The nearest points of `known` to each of `asked`: indices and squared distances, nearest first, every pair looked at. */
export function nearestPoints(
  known: Points,
  asked: Points,
  count: number,
): { rows: Uint32Array; squares: Float64Array } {
  const rows = new Uint32Array(asked.rows * count);
  const squares = new Float64Array(asked.rows * count).fill(Number.POSITIVE_INFINITY);
  for (let row = 0; row < asked.rows; row++) {
    const first = row * count;
    for (let other = 0; other < known.rows; other++) {
      let at = first + count - 1;
      const square = squareWithin(asked, row, known, other, squares[at] ?? 0);
      if (square >= (squares[at] ?? 0)) continue;
      for (; at > first && (squares[at - 1] ?? 0) > square; at--) {
        squares[at] = squares[at - 1] ?? 0;
        rows[at] = rows[at - 1] ?? 0;
      }
      squares[at] = square;
      rows[at] = other;
    }
  }
  return { rows, squares };
}

/** Squared distance of two points; any number of at least `most` where it is that or more. */
function squareWithin(left: Points, row: number, right: Points, other: number, most: number): number {
  const { width } = left;
  const from = row * width;
  const to = other * width;
  let sum = 0;
  for (let axis = 0; axis < width && sum < most; axis++) {
    const gap = (left.values[from + axis] ?? 0) - (right.values[to + axis] ?? 0);
    sum += gap * gap;
  }
  return sum;
}

/** The mean of the nearest rows' targets (Fix and Hodges 1951). */
const meanOfNearest =
  (count: number): LabelModel =>
  ({ points, targets, outputs }, asked) => {
    const { rows } = nearestPoints(points, asked, count);
    const answers = new Float64Array(asked.rows * outputs);
    for (let at = 0; at < rows.length; at++)
      for (let output = 0; output < outputs; output++) {
        const answer = Math.floor(at / count) * outputs + output;
        answers[answer] = (answers[answer] ?? 0) + (targets[(rows[at] ?? 0) * outputs + output] ?? 0) / count;
      }
    return answers;
  };

export const NEAREST: ModelFamily = { name: "nearest", models: [5, 10, 25].map(meanOfNearest) };
