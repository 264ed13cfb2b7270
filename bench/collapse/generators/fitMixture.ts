import { CholeskyDecomposition, Matrix } from "ml-matrix";
import type { Random } from "../../../collapse/numerics/random.ts";
import { clustersOf } from "../clusters.ts";
import { pointsOf } from "../points.ts";
import { type BenchTable, type CategoryColumn, momentsOf, type NumberColumn } from "../table.ts";

/** One component: normal numbers with full covariance; categories independent of them and of one another. */
export interface Component {
  readonly weight: number;
  readonly mean: Float64Array;
  readonly lower: Matrix;
  /** Of each column of categories the probability of each. */
  readonly shares: readonly ReadonlyMap<string, number>[];
}

const ROUNDS = 20;
/** Of a standardized column: only against a singular covariance. */
const RIDGE = 1e-6;
const RARE = 1e-9;

/**
 * A mixture fitted by expectation and maximization (Dempster et al. 1977), from k-means clusters on: of the columns of
 * numbers, standardized, and of categories as latent classes. Maximum likelihood, no floor on weights. The table has
 * no missing numbers.
 */
export function fitMixture(table: BenchTable, count: number, random: Random): Component[] {
  const numbers = standardizedColumns(table);
  const categories = table.columns.filter((column): column is CategoryColumn => column.kind === "category");
  const clusters = clustersOf(pointsOf(table), count, random);
  let parts: Float64Array[] = Array.from({ length: count }, (_, part) =>
    Float64Array.from(clusters, (cluster) => Number(cluster === part)),
  );
  let components: Component[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    components = parts.flatMap((part) => maximized(part, numbers, categories));
    parts = expected(components, numbers, categories, table.rows);
  }
  return components;
}

/** The columns of numbers, standardized, in the table's order. */
export function standardizedColumns(table: BenchTable): Float64Array[] {
  return table.columns
    .filter((column): column is NumberColumn => column.kind === "number")
    .map(({ values }) => {
      const { mean, sd } = momentsOf(values);
      return values.map((value) => (sd === 0 ? 0 : (value - mean) / sd));
    });
}

/** The component that rows with these parts make; none where they are less than two rows. */
function maximized(
  part: Float64Array,
  numbers: readonly Float64Array[],
  categories: readonly CategoryColumn[],
): Component[] {
  const total = part.reduce((sum, share) => sum + share, 0);
  if (total < 2) return [];
  const mean = Float64Array.from(numbers, (column) => weighted(part, column) / total);
  const covariance = new Matrix(numbers.length, numbers.length);
  for (const [left, first] of numbers.entries())
    for (const [right, second] of numbers.entries()) {
      if (right > left) continue;
      let sum = 0;
      for (let row = 0; row < part.length; row++)
        sum +=
          (part[row] ?? 0) *
          ((first[row] ?? 0) - (mean[left] ?? 0)) *
          ((second[row] ?? 0) - (mean[right] ?? 0));
      const value = sum / total + (left === right ? RIDGE : 0);
      covariance.set(left, right, value);
      covariance.set(right, left, value);
    }
  const shares = categories.map(({ values }) => {
    const sums = new Map<string, number>();
    for (const [row, value] of values.entries())
      sums.set(value, (sums.get(value) ?? 0) + (part[row] ?? 0) / total);
    return sums;
  });
  const lower = new CholeskyDecomposition(covariance).lowerTriangularMatrix;
  return [{ weight: total / part.length, mean, lower, shares }];
}

/** For each component its part in each row. */
function expected(
  components: readonly Component[],
  numbers: readonly Float64Array[],
  categories: readonly CategoryColumn[],
  rows: number,
): Float64Array[] {
  const logs = components.map((component) => logDensities(component, numbers, categories, rows));
  for (let row = 0; row < rows; row++) {
    const most = Math.max(...logs.map((log) => log[row] ?? 0));
    let sum = 0;
    for (const log of logs) sum += Math.exp((log[row] ?? 0) - most);
    for (const log of logs) log[row] = Math.exp((log[row] ?? 0) - most) / sum;
  }
  return logs;
}

function logDensities(
  { weight, mean, lower, shares }: Component,
  numbers: readonly Float64Array[],
  categories: readonly CategoryColumn[],
  rows: number,
): Float64Array {
  const width = numbers.length;
  const root = lower.to2DArray();
  const base = Math.log(weight) - root.reduce((sum, line, at) => sum + Math.log(line[at] ?? 1), 0);
  const solved = new Float64Array(width);
  return new Float64Array(rows).map((_, row) => {
    let log = base;
    for (let axis = 0; axis < width; axis++) {
      const line = root[axis] ?? [];
      let rest = (numbers[axis]?.[row] ?? 0) - (mean[axis] ?? 0);
      for (let of = 0; of < axis; of++) rest -= (line[of] ?? 0) * (solved[of] ?? 0);
      const z = rest / (line[axis] ?? 1);
      solved[axis] = z;
      log -= (z * z) / 2;
    }
    for (const [at, { values }] of categories.entries())
      log += Math.log(Math.max(RARE, shares[at]?.get(values[row] ?? "") ?? 0));
    return log;
  });
}

function weighted(weights: Float64Array, values: Float64Array): number {
  let sum = 0;
  for (let row = 0; row < weights.length; row++) sum += (weights[row] ?? 0) * (values[row] ?? 0);
  return sum;
}
