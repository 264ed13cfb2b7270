import { type BenchTable, columnNamed, mapNumbers, momentsOf } from "../table.ts";

/** Every number moved towards the mean of its column, or of its rows' group: its distance times `factor`. */
export function shrink(table: BenchTable, { factor, group }: { factor: number; group?: string }): BenchTable {
  const labels = group === undefined ? null : columnNamed(table, group).values;
  const groups = Array.from({ length: table.rows }, (_, row) => String(labels?.[row]));
  return mapNumbers(table, (values, name) => {
    if (name === group) return values;
    const means = new Map(
      [...new Set(groups)].map((label) => [
        label,
        momentsOf(values.filter((_, row) => groups[row] === label)).mean,
      ]),
    );
    return values.map((value, row) => {
      const mean = means.get(groups[row] ?? "") ?? 0;
      return mean + factor * (value - mean);
    });
  });
}
