import type { Block } from "../contracts/columns.ts";
import { type Derivation, derivedColumn, type PlacedColumn } from "../derivation.ts";
import { mixed } from "../numerics/random.ts";

/** Axes that a long vector becomes. */
const AXES = 32;

/**
 * A long vector (an embedding) as 32 coordinates: each number is added to one of them or taken off it, in turn and by
 * the hash of its place (Weinberger and others 2009), which keeps inner products on average. Principal axes of the reference would
 * keep more, but fit it better than any other real vectors: these would look narrower along most of them.
 */
export function projectVector(column: PlacedColumn): Derivation {
  const axes = Math.min(AXES, column.plan.width ?? 0);
  return {
    columns: Array.from({ length: axes }, (_, axis) =>
      derivedColumn(column, `axis ${axis + 1}`, `a signed sum of the numbers of \`${column.plan.name}\``),
    ),
    derive: (block) => projected(block, column.place, axes),
  };
}

/** NaN where the vector is missing. */
function projected(block: Block, place: number, axes: number): readonly Float64Array[] {
  const columns = Array.from({ length: axes }, () => new Float64Array(block.rows).fill(Number.NaN));
  const vector = block.vectors?.[place] ?? null;
  if (vector === null) return columns;
  const { width, values } = vector;
  const sum = new Float64Array(axes);
  for (let row = 0; row < block.rows; row++) {
    sum.fill(0);
    for (let number = 0; number < width; number++) {
      const axis = number % axes;
      const sign = mixed(number ^ 0x68e31da4) & 1 ? 1 : -1;
      sum[axis] = (sum[axis] ?? 0) + sign * (values[row * width + number] ?? Number.NaN);
    }
    columns.forEach((column, axis) => {
      column[row] = sum[axis] ?? Number.NaN;
    });
  }
  return columns;
}
