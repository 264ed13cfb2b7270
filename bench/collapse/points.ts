import { type BenchTable, columnNamed, frequenciesOf, momentsOf } from "./table.ts";

/** Rows as points of a Euclidean space, row by row. */
export interface Points {
  readonly rows: number;
  readonly width: number;
  readonly values: Float64Array;
}

/** Categories that get an axis of their own. */
const AXES = 12;

/** A column of numbers, or one category of a column. */
interface Axis {
  readonly name: string;
  readonly category: string | null;
  readonly mean: number;
  readonly sd: number;
}

/** Reads rows of any table with the columns of one as points. */
export type Encoder = (table: BenchTable) => Points;

/**
 * An encoder by a table's own means, deviations and categories: numbers standardized (missing at the mean), frequent
 * categories one axis each, of length 1/√2 so that two different ones are 1 apart.
 */
export function encoderOf(table: BenchTable): Encoder {
  const axes = table.columns.flatMap((column): Axis[] => {
    if (column.kind === "number") return [{ name: column.name, category: null, ...momentsOf(column.values) }];
    const frequent = frequenciesOf(column.values).slice(0, AXES);
    return frequent.map(([category]) => ({ name: column.name, category, mean: 0, sd: 0 }));
  });
  return (other) => {
    const values = new Float64Array(other.rows * axes.length);
    for (const [at, { name, category, mean, sd }] of axes.entries()) {
      const column = columnNamed(other, name);
      for (let row = 0; row < other.rows; row++)
        values[row * axes.length + at] =
          column.kind === "number"
            ? standardized(column.values[row] ?? Number.NaN, mean, sd)
            : Number(column.values[row] === category) * Math.SQRT1_2;
    }
    return { rows: other.rows, width: axes.length, values };
  };
}

const standardized = (value: number, mean: number, sd: number): number =>
  Number.isNaN(value) || sd === 0 ? 0 : (value - mean) / sd;

/** A table's rows as points by its own means and deviations. */
export const pointsOf = (table: BenchTable): Points => encoderOf(table)(table);

/** Squared distance of two points. */
export function squaredDistance(left: Points, row: number, right: Points, other: number): number {
  const { width } = left;
  let sum = 0;
  for (let axis = 0; axis < width; axis++) {
    const gap = (left.values[row * width + axis] ?? 0) - (right.values[other * width + axis] ?? 0);
    sum += gap * gap;
  }
  return sum;
}

/** Distance of each point to its `neighbors`-th neighbor among the others; every pair is looked at. */
export function neighborDistances(points: Points, neighbors: number): Float64Array {
  return new Float64Array(points.rows).map((_, row) => {
    const nearest = new Float64Array(neighbors).fill(Number.POSITIVE_INFINITY);
    for (let other = 0; other < points.rows; other++) {
      if (other === row) continue;
      let distance = squaredDistance(points, row, points, other);
      for (let at = 0; at < neighbors; at++) {
        const kept = nearest[at] ?? 0;
        if (distance >= kept) continue;
        nearest[at] = distance;
        distance = kept;
      }
    }
    return Math.sqrt(nearest[neighbors - 1] ?? 0);
  });
}
