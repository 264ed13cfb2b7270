import type { Purpose } from "../../../collapse/contracts/harm.ts";
import { seededRandom } from "../../../collapse/numerics/random.ts";
import type { ArmLosses, Bench } from "../labels/measureArms.ts";
import { type BenchTable, sampleRows } from "../table.ts";

const MARGINS = { mean: Math.log(1.1), tail: Math.log(1.3), nats: 0.05 };
const MOST_ROWS = 4000;
const SEEDS = 1;

/**
 * Harm of a whole table in margins, by the label models: each trained on all of its rows (at most 4,000) and beside it
 * on as many real rows as the world has. Of each family the worse of the mean and the tail, of the families the median.
 */
export function labelHarm(
  table: BenchTable,
  realRows: number,
  bench: Bench,
): Readonly<Record<Purpose, number>> {
  const arms = Array.from({ length: SEEDS }, (_, seed) => {
    const rows = Math.min(MOST_ROWS, table.rows);
    return bench.measure(sampleRows(table, rows, seededRandom(seed, "label rows")), seed);
  });
  const real = bench.realArms(realRows);
  const lossOf = (all: readonly ArmLosses[], purpose: Purpose, family: string, isTail: boolean): number =>
    mean(
      all.map((arm) => {
        const losses = arm[purpose].get(family) ?? new Float64Array();
        return mean(isTail ? losses.filter((_, row) => bench.tail[row] === 1) : losses);
      }),
    );
  const logRatio = (family: string, isTail: boolean): number =>
    Math.log(lossOf(arms, "predictive", family, isTail) / lossOf(real, "predictive", family, isTail));
  const extraNats = (family: string): number =>
    (lossOf(arms, "generative", family, false) - lossOf(real, "generative", family, false)) / bench.columns;
  const familiesOf = (purpose: Purpose): string[] => [...(arms[0]?.[purpose].keys() ?? [])];
  return {
    predictive: median(
      familiesOf("predictive").map((family) =>
        Math.max(logRatio(family, false) / MARGINS.mean, logRatio(family, true) / MARGINS.tail),
      ),
    ),
    generative: median(familiesOf("generative").map((family) => extraNats(family) / MARGINS.nats)),
  };
}

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
}
