import type { Dimension } from "../../../collapse/contracts/metrics.ts";
import type { Evidence } from "../../../collapse/evidence/measureEvidence.ts";
import { excessOf } from "../../../collapse/verdict/scoreDimensions.ts";

/** By how much one metric lies beyond its null, over all columns or pairs that it was taken of. */
export interface MetricExcess {
  readonly dimension: Dimension;
  readonly metric: string;
  /** The three largest excesses, in half-widths of the null at 1,000 rows a side. */
  readonly top: readonly number[];
  /** How many of them lie beyond. */
  readonly beyond: number;
  readonly of: number;
}

const ROWS_OF_SCALE = 1_000;

/**
 * Excesses metric by metric. Widths shrink with the root of the rows, so excesses are put to what they would be at
 * 1,000 rows a side: they say how much differs, not how surely.
 */
export function metricExcesses({
  measured,
  rowsASide,
}: Pick<Evidence, "measured" | "rowsASide">): readonly MetricExcess[] {
  const scale = Math.sqrt(rowsASide / ROWS_OF_SCALE);
  const known = measured.filter(({ z }) => Number.isFinite(z));
  const groups = Map.groupBy(known, ({ dimension, metric }) => `${dimension} ${metric}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const excesses = group.map((one) => excessOf(one) / scale).sort((left, right) => right - left);
    const beyond = excesses.filter((excess) => excess > 0).length;
    const { dimension, metric } = first;
    return [{ dimension, metric, top: excesses.slice(0, 3), beyond, of: excesses.length }];
  });
}
