import type { Block } from "../contracts/columns.ts";
import { type Derivation, derivedColumn, type PlacedColumn } from "../derivation.ts";

/** A vector as a column for each of its first `width` numbers. */
export function layOutVector(column: PlacedColumn, width: number): Derivation {
  const items = Array.from({ length: width }, (_, item) => item);
  return {
    columns: items.map((item) =>
      derivedColumn(column, `${item}`, `a number of the vectors \`${column.plan.name}\``),
    ),
    derive: (block) => items.map((item) => itemOf(block, column.place, item)),
  };
}

/** One number of each row's vector; NaN where it is missing. */
export function itemOf(block: Block, place: number, item: number): Float64Array {
  const vector = block.vectors?.[place] ?? null;
  const values = new Float64Array(block.rows).fill(Number.NaN);
  if (vector === null || item >= vector.width) return values;
  for (let row = 0; row < block.rows; row++)
    values[row] = vector.values[row * vector.width + item] ?? Number.NaN;
  return values;
}
