import { type BenchTable, type Column, momentsOf, textsOf } from "../table.ts";
import { distanceOf, sortedPresent } from "./smallestKsP.ts";

const BINS = 10;

/**
 * Quality as SDMetrics' report has it: the mean of two means. Of columns: 1 - KS distance, or 1 - total variation; of
 * pairs: 1 - half the change of correlation, or 1 - total variation of the table of both (numbers in ten equal bins).
 */
export function meanQuality(reference: BenchTable, candidate: BenchTable): number {
  const shapes: number[] = [];
  const trends: number[] = [];
  const binned = reference.columns.map((column, at) => {
    const other = candidate.columns[at];
    if (other === undefined) throw new Error(`The candidate has no column ${column.name}.`);
    return { column, other, classes: classesOf(column, other) };
  });
  for (const [at, left] of binned.entries()) {
    shapes.push(shape(left.column, left.other));
    for (const right of binned.slice(0, at)) {
      if (left.column.kind === "number" && right.column.kind === "number")
        trends.push(
          1 - Math.abs(correlation(left.column, right.column) - correlation(left.other, right.other)) / 2,
        );
      else {
        const paired = (side: 0 | 1): string[] =>
          left.classes[side].map((category, row) => `${category} | ${right.classes[side][row]}`);
        trends.push(1 - totalVariation(paired(0), paired(1)));
      }
    }
  }
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  return trends.length === 0 ? mean(shapes) : (mean(shapes) + mean(trends)) / 2;
}

function shape(column: Column, other: Column): number {
  if (column.kind === "number" && other.kind === "number")
    return 1 - distanceOf(sortedPresent(column.values), sortedPresent(other.values));
  return 1 - totalVariation(textsOf(column), textsOf(other));
}

/** Classes of each row of both: categories, or bins of equal width over the reference's range. */
function classesOf(column: Column, other: Column): readonly [readonly string[], readonly string[]] {
  if (column.kind === "category" || other.kind === "category") return [textsOf(column), textsOf(other)];
  const sorted = sortedPresent(column.values);
  const low = sorted[0] ?? 0;
  const width = ((sorted.at(-1) ?? 0) - low) / BINS || 1;
  const binned = (values: Float64Array): string[] =>
    Array.from(values, (value) =>
      Number.isNaN(value) ? "" : String(Math.min(BINS - 1, Math.max(0, Math.floor((value - low) / width)))),
    );
  return [binned(column.values), binned(other.values)];
}

function totalVariation(left: readonly string[], right: readonly string[]): number {
  const shares = new Map<string, number>();
  for (const value of left) shares.set(value, (shares.get(value) ?? 0) + 1 / left.length);
  for (const value of right) shares.set(value, (shares.get(value) ?? 0) - 1 / right.length);
  return [...shares.values()].reduce((sum, share) => sum + Math.abs(share), 0) / 2;
}

/** Pearson's, over the rows that have both; 0 where a column is constant. */
function correlation(left: Column, right: Column): number {
  if (left.kind === "category" || right.kind === "category") return 0;
  const rows = [...left.values.keys()].filter(
    (row) => !Number.isNaN(left.values[row]) && !Number.isNaN(right.values[row]),
  );
  const first = Float64Array.from(rows, (row) => left.values[row] ?? 0);
  const second = Float64Array.from(rows, (row) => right.values[row] ?? 0);
  const [of, to] = [momentsOf(first), momentsOf(second)];
  const sum = first.reduce((all, value, at) => all + (value - of.mean) * ((second[at] ?? 0) - to.mean), 0);
  return of.sd === 0 || to.sd === 0 ? 0 : sum / rows.length / of.sd / to.sd;
}
