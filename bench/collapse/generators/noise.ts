import type { Random } from "../../../collapse/numerics/random.ts";
import { type BenchTable, mapNumbers, momentsOf } from "../table.ts";

/** Every number off by normal noise of that many standard deviations of its column. */
export function noise(table: BenchTable, { scale }: { scale: number }, random: Random): BenchTable {
  return mapNumbers(table, (values) => {
    const width = scale * momentsOf(values).sd;
    return values.map((value) => value + width * random.normal());
  });
}
