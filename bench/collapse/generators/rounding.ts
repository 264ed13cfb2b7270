import { type BenchTable, mapNumbers } from "../table.ts";

/** Every column of numbers on at most `levels` values: the medians of as many equally full bins. */
export function rounding(table: BenchTable, { levels }: { levels: number }): BenchTable {
  return mapNumbers(table, (values) => {
    const sorted = values.filter((value) => !Number.isNaN(value)).sort();
    const at = (share: number): number => sorted[Math.floor(share * sorted.length)] ?? Number.NaN;
    const uppers = Array.from({ length: levels - 1 }, (_, level) => at((level + 1) / levels));
    const medians = Array.from({ length: levels }, (_, level) => at((level + 0.5) / levels));
    return values.map((value) => {
      if (Number.isNaN(value)) return value;
      const level = uppers.findIndex((upper) => value < upper);
      return medians[level < 0 ? levels - 1 : level] ?? value;
    });
  });
}
