import { CholeskyDecomposition, Matrix } from "ml-matrix";
import type { Random } from "../../../collapse/numerics/random.ts";
import { type BenchTable, type Column, frequenciesOf, takeRows } from "../table.ts";
import { fillMissing, restoreMissing } from "./missing.ts";

/**
 * Draws of a Gaussian copula, refitted to its own draws (Sklar 1959; as the Synthetic Data Vault has it): each column
 * keeps its own values at their frequencies; of what ties columns only the correlation of normal scores is kept.
 * Ranks of equal values and of categories are put in order at random; categories stand by frequency.
 */
export function copulaRecursion(
  table: BenchTable,
  { generations }: { generations: number },
  random: Random,
): BenchTable {
  let drawn = fillMissing(table);
  for (let generation = 0; generation < generations; generation++) drawn = redrawn(drawn, random);
  return restoreMissing(drawn, table, random);
}

function redrawn(table: BenchTable, random: Random): BenchTable {
  const { rows } = table;
  const orders = table.columns.map((column) => orderOf(column, random));
  // Sorted normal draws stand for both the quantiles of the normal distribution and their inverse.
  const scores = Float64Array.from({ length: rows }, () => random.normal()).sort();
  const lower = correlationRoot(orders, scores);
  const width = orders.length;
  const picked = orders.map(() => new Uint32Array(rows));
  const draws = new Float64Array(width);
  for (let row = 0; row < rows; row++) {
    for (let axis = 0; axis < width; axis++) draws[axis] = random.normal();
    for (let axis = 0; axis < width; axis++) {
      let score = 0;
      for (let of = 0; of <= axis; of++) score += lower.get(axis, of) * (draws[of] ?? 0);
      const rank = Math.min(rows - 1, countBelow(scores, score));
      const rowsOfAxis = picked[axis];
      if (rowsOfAxis) rowsOfAxis[row] = orders[axis]?.[rank] ?? 0;
    }
  }
  const columns = table.columns.map((column, axis): Column => {
    const [drawn = column] = takeRows({ rows, columns: [column] }, picked[axis] ?? []).columns;
    return drawn;
  });
  return { rows, columns };
}

/** The rows by ascending value; equal ones in random order. */
function orderOf(column: Column, random: Random): Uint32Array {
  const ranks =
    column.kind === "number"
      ? null
      : new Map(frequenciesOf(column.values).map(([category], rank) => [category, rank]));
  const keys =
    column.kind === "number"
      ? column.values
      : Float64Array.from(column.values, (category) => ranks?.get(category) ?? 0);
  const ties = keys.map(() => random.next());
  return Uint32Array.from(keys.keys()).sort(
    (left, right) => (keys[left] ?? 0) - (keys[right] ?? 0) || (ties[left] ?? 0) - (ties[right] ?? 0),
  );
}

/** The lower root of the correlation of the columns' normal scores. */
function correlationRoot(orders: readonly Uint32Array[], scores: Float64Array): Matrix {
  const rows = scores.length;
  const columns = orders.map((order) => {
    const column = new Float64Array(rows);
    for (const [rank, row] of order.entries()) column[row] = scores[rank] ?? 0;
    return column;
  });
  const mean = scores.reduce((sum, score) => sum + score, 0) / rows;
  const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / rows;
  const correlation = Matrix.eye(orders.length).mul(1 + 1e-6);
  for (const [left, first] of columns.entries())
    for (const [right, second] of columns.entries()) {
      if (right >= left) continue;
      let sum = 0;
      for (let row = 0; row < rows; row++) sum += ((first[row] ?? 0) - mean) * ((second[row] ?? 0) - mean);
      correlation.set(left, right, sum / rows / variance);
      correlation.set(right, left, sum / rows / variance);
    }
  return new CholeskyDecomposition(correlation).lowerTriangularMatrix;
}

function countBelow(sorted: Float64Array, value: number): number {
  let low = 0;
  for (let high = sorted.length; low < high; ) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
