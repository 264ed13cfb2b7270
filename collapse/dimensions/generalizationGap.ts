import type { MetricKey, PoolDraw, PoolMeasure } from "../contracts/metrics.ts";
import { normalQuantile } from "../numerics/normal.ts";
import { prepareDiscriminator } from "./discriminator.ts";
import { prepareNeighborMetrics } from "./neighborMetrics.ts";
import { findNeighbors, pointsOf } from "./neighbors.ts";

const keyOf = (metric: string, inEvidence: boolean): MetricKey => ({
  dimension: "generalization_gap",
  metric,
  subject: null,
  inEvidence,
});

/**
 * D7 by neighbors: `precision` and `recall` (1 where every row lies within the other side's support) and
 * `nn1_ratio`, from one list of neighbors per row.
 */
export const measureNeighbors: PoolMeasure = {
  keys: [keyOf("precision", true), keyOf("recall", true), keyOf("nn1_ratio", true)],
  measure: (pool, draws) => {
    const neighbors = findNeighbors(pointsOf(pool), pool.reference.rows);
    const measureDraw = prepareNeighborMetrics(neighbors);
    const numbersOf = (draw: PoolDraw): readonly number[] => {
      const { precision, recall, nearest } = measureDraw(draw);
      return [precision, recall, nearest];
    };
    return {
      nulls: Float64Array.from(draws.nulls.flatMap(numbersOf)),
      candidates: Float64Array.from(draws.candidates.flatMap(numbersOf)),
    };
  },
};

/**
 * D7 by a discriminator: `c2st_auc`, ½ where the sides cannot be told apart. Its null is analytic: the quantiles of
 * a normal distribution with the variance of Mann and Whitney's statistic, (n + m + 1) / (12 n m), in an order whose
 * every part is spread evenly; a draw of it would cost a fit.
 */
export const measureDiscriminator: PoolMeasure = {
  keys: [keyOf("c2st_auc", false)],
  measure: (pool, draws) => {
    const tellApart = prepareDiscriminator(pointsOf(pool));
    return {
      nulls: Float64Array.from(draws.nulls, ({ left, right }, draw) => {
        const [n, m] = [rowsOf(left), rowsOf(right)];
        const sd = Math.sqrt((n + m + 1) / (12 * n * m));
        return 0.5 + sd * normalQuantile(radicalInverse(draw + 1));
      }),
      candidates: Float64Array.from(draws.candidates, tellApart),
    };
  },
};

const rowsOf = (side: Uint8Array): number => side.reduce((sum, member) => sum + member, 0);

/** The binary digits of a whole number mirrored at the point (van der Corput 1935): 1/2, 1/4, 3/4, 1/8, … */
function radicalInverse(index: number): number {
  let [rest, digit, sum] = [index, 0.5, 0];
  for (; rest > 0; rest = Math.floor(rest / 2), digit /= 2) sum += (rest % 2) * digit;
  return sum;
}
