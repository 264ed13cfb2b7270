import { type Random, shuffledIndices } from "../../../collapse/numerics/random.ts";
import { type BenchTable, type Column, columnNamed } from "../table.ts";

/** In that share of the rows the target is wrong: another category, or the number of another of these rows. */
export function labelFlip(
  table: BenchTable,
  { share, target }: { share: number; target: string },
  random: Random,
): BenchTable {
  const flipped = shuffledIndices(table.rows, random).subarray(0, Math.round(share * table.rows));
  const wrong = flippedColumn(columnNamed(table, target), flipped, random);
  return { ...table, columns: table.columns.map((column) => (column.name === target ? wrong : column)) };
}

function flippedColumn(column: Column, flipped: Uint32Array, random: Random): Column {
  if (column.kind === "number") {
    const values = column.values.slice();
    // A shift by one along a random order: no row keeps its own.
    for (const [at, row] of flipped.entries())
      values[row] = column.values[flipped[(at + 1) % flipped.length] ?? 0] ?? Number.NaN;
    return { ...column, values };
  }
  const categories = [...new Set(column.values)].sort();
  const values = [...column.values];
  for (const row of flipped) {
    const others = categories.filter((category) => category !== column.values[row]);
    values[row] = others[random.whole(others.length)] ?? column.values[row] ?? "";
  }
  return { ...column, values };
}
