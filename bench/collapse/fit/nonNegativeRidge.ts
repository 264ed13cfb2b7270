/** Coefficients of a linear model: all but the intercept at least 0. */
export interface NonNegativeFit {
  readonly intercept: number;
  readonly weights: readonly number[];
}

interface Row {
  readonly features: readonly number[];
  readonly target: number;
  readonly weight: number;
}

const SWEEPS = 500;
const TOLERANCE = 1e-9;

/**
 * Least squares with a penalty on the squared coefficients, none of them negative (Lawson and Hanson 1974), by
 * coordinate descent. Features are scaled to unit variance for the penalty; those that do not vary get 0.
 */
export function nonNegativeRidge(rows: readonly Row[], penalty: number): NonNegativeFit {
  const width = rows[0]?.features.length ?? 0;
  const total = rows.reduce((sum, { weight }) => sum + weight, 0) || 1;
  const mean = (of: (row: Row) => number): number =>
    rows.reduce((sum, row) => sum + row.weight * of(row), 0) / total;
  const target = mean((row) => row.target);
  const means = Array.from({ length: width }, (_, at) => mean((row) => row.features[at] ?? 0));
  const sds = means.map((own, at) => Math.sqrt(mean((row) => ((row.features[at] ?? 0) - own) ** 2)));
  const scaled = (row: Row, at: number): number => {
    const sd = sds[at] ?? 0;
    return sd > 0 ? ((row.features[at] ?? 0) - (means[at] ?? 0)) / sd : 0;
  };
  const gram = means.map((_, left) =>
    means.map((__, right) => mean((row) => scaled(row, left) * scaled(row, right))),
  );
  const moment = means.map((_, at) => mean((row) => scaled(row, at) * (row.target - target)));
  const solution = descend(gram, moment, penalty);
  const weights = solution.map((value, at) => ((sds[at] ?? 0) > 0 ? value / (sds[at] ?? 1) : 0));
  const intercept = target - weights.reduce((sum, weight, at) => sum + weight * (means[at] ?? 0), 0);
  return { intercept, weights };
}

function descend(
  gram: readonly (readonly number[])[],
  moment: readonly number[],
  penalty: number,
): readonly number[] {
  const solution = moment.map(() => 0);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let moved = 0;
    for (const [at, row] of gram.entries()) {
      const diagonal = row[at] ?? 0;
      if (diagonal === 0) continue;
      const others = row.reduce(
        (sum, value, other) => sum + (other === at ? 0 : value * (solution[other] ?? 0)),
        0,
      );
      const next = Math.max(0, ((moment[at] ?? 0) - others) / (diagonal + penalty));
      moved = Math.max(moved, Math.abs(next - (solution[at] ?? 0)));
      solution[at] = next;
    }
    if (moved < TOLERANCE) break;
  }
  return solution;
}

/** What a fit says of one row of features. */
export const predicted = ({ intercept, weights }: NonNegativeFit, features: readonly number[]): number =>
  weights.reduce((sum, weight, at) => sum + weight * (features[at] ?? 0), intercept);
