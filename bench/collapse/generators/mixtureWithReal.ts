import type { Random } from "../../../collapse/numerics/random.ts";
import { appendRows, type BenchTable, sampleRows } from "../table.ts";

/** As many rows as the synthetic table has, that share of them real. */
export function mixtureWithReal(
  synthetic: BenchTable,
  { real, realShare }: { real: BenchTable; realShare: number },
  random: Random,
): BenchTable {
  const realRows = Math.min(real.rows, Math.round(realShare * synthetic.rows));
  const mixed = appendRows(
    sampleRows(real, realRows, random),
    sampleRows(synthetic, synthetic.rows - realRows, random),
  );
  return sampleRows(mixed, mixed.rows, random);
}
