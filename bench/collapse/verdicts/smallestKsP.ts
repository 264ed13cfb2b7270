import type { BenchTable } from "../table.ts";

const TERMS = 100;

/** The least p of Kolmogorov and Smirnov's two-sample test over the columns of numbers; 1 where there are none. */
export function smallestKsP(reference: BenchTable, candidate: BenchTable): number {
  const ps = reference.columns.map((column, at) => {
    const other = candidate.columns[at];
    if (column.kind !== "number" || other?.kind !== "number") return 1;
    const [left, right] = [sortedPresent(column.values), sortedPresent(other.values)];
    return left.length === 0 || right.length === 0
      ? 1
      : asymptoticP(distanceOf(left, right), left.length, right.length);
  });
  return Math.min(1, ...ps);
}

export const sortedPresent = (values: Float64Array): Float64Array =>
  values.filter((value) => !Number.isNaN(value)).sort();

/** Greatest distance of two distribution functions, of sorted samples. */
export function distanceOf(left: Float64Array, right: Float64Array): number {
  let most = 0;
  let before = 0;
  let after = 0;
  while (before < left.length && after < right.length) {
    const value = Math.min(left[before] ?? 0, right[after] ?? 0);
    while (before < left.length && left[before] === value) before++;
    while (after < right.length && right[after] === value) after++;
    most = Math.max(most, Math.abs(before / left.length - after / right.length));
  }
  return most;
}

/** Kolmogorov's limit distribution (1933), with Stephens' correction for finite samples (1970). */
function asymptoticP(distance: number, left: number, right: number): number {
  const size = Math.sqrt((left * right) / (left + right));
  const lambda = (size + 0.12 + 0.11 / size) * distance;
  if (lambda < 0.2) return 1;
  let sum = 0;
  for (let term = 1; term <= TERMS; term++)
    sum += (term % 2 === 1 ? 2 : -2) * Math.exp(-2 * term * term * lambda * lambda);
  return Math.min(1, Math.max(0, sum));
}
