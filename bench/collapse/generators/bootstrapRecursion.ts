import type { Random } from "../../../collapse/numerics/random.ts";
import { type BenchTable, takeRows } from "../table.ts";

/** Rows drawn with replacement, again and again: nothing changes but how many different rows are left. */
export function bootstrapRecursion(
  table: BenchTable,
  { generations }: { generations: number },
  random: Random,
): BenchTable {
  let rows = Uint32Array.from({ length: table.rows }, (_, row) => row);
  for (let generation = 0; generation < generations; generation++)
    rows = rows.map(() => rows[random.whole(rows.length)] ?? 0);
  return takeRows(table, rows);
}
