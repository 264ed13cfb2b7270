import type { Aggregate, Frame, Pair } from "../contracts/aggregates.ts";
import { PAIR_CLASSES } from "../contracts/aggregates.ts";
import { totalVariationByChance, totalVariationSd } from "./chance.ts";
import { correlationAt, fisher, fisherVariance, scoresOf } from "./correlations.ts";
import { correlationRatio, correlationRatioSd, cramer, cramerSd } from "./dependence.ts";
import type { Gauge } from "./gauge.ts";

const NO_TABLE = new Float64Array(0);

/** Metrics of each counted pair: how its joint table differs, and how its dependence has changed. */
export function pairGauges(frame: Frame, reference: Aggregate): readonly Gauge[] {
  const scores = scoresOf(frame);
  return frame.pairs.flatMap((pair, index): Gauge[] => {
    const subject = [pair.left, pair.right].map((side) => frame.variables[side]?.name ?? "").join(" × ");
    const isNumber = (side: number): boolean => frame.variables[side]?.kind === "number";
    const tvd = pairTotalVariation(index, subject, reference);
    if (isNumber(pair.left) && isNumber(pair.right))
      return [tvd, correlationChange(pair, subject, scores, reference)];
    if (!isNumber(pair.left) && !isNumber(pair.right)) return [tvd, cramerChange(index, subject, reference)];
    return [tvd, ratioChange(index, subject, isNumber(pair.left) ? "left" : "right", reference)];
  });
}

/** ½ Σ |p − q| over the 9 × 9 classes of a pair, less what chance makes of it at these sizes. */
function pairTotalVariation(index: number, subject: string, reference: Aggregate): Gauge {
  const table = reference.pairs[index] ?? NO_TABLE;
  const share = table.map((count) => (reference.rows > 0 ? count / reference.rows : 0));
  const byChance = totalVariationByChance(share);
  const sdPerRoot = totalVariationSd(share);
  return {
    metric: "pair_tvd_excess",
    subject,
    value: (left, right) => {
      const [r, c] = [left.pairs[index] ?? NO_TABLE, right.pairs[index] ?? NO_TABLE];
      const [n, m] = [left.rows, right.rows];
      if (n < 1 || m < 1) return Number.NaN;
      let sum = 0;
      for (let cell = 0; cell < r.length; cell++) {
        const difference = (r[cell] ?? 0) / n - (c[cell] ?? 0) / m;
        sum += difference < 0 ? -difference : difference;
      }
      return sum / 2 - byChance * Math.sqrt(1 / n + 1 / m);
    },
    sdAt: (s) => sdPerRoot * Math.sqrt(2 / s),
  };
}

/** Difference of Fisher's z, turned so that below 0 the columns depend on each other less than they did. */
function correlationChange(
  pair: Pair,
  subject: string,
  scores: readonly number[],
  reference: Aggregate,
): Gauge {
  const [i, j] = [scores[pair.left] ?? -1, scores[pair.right] ?? -1];
  const direction = Math.sign(correlationAt(reference, i, j)) || 1;
  return {
    metric: "correlation_change",
    subject,
    value: (left, right) =>
      direction * (fisher(correlationAt(right, i, j)) - fisher(correlationAt(left, i, j))),
    sdAt: (s) => Math.sqrt(fisherVariance(s, s)),
  };
}

/** Change of Cramér's V between two columns of levels, corrected for bias. */
function cramerChange(index: number, subject: string, reference: Aggregate): Gauge {
  return {
    metric: "cramer_v_change",
    subject,
    value: (left, right) => cramer(right.pairs[index] ?? NO_TABLE) - cramer(left.pairs[index] ?? NO_TABLE),
    sdAt: (s) => Math.SQRT2 * cramerSd(reference.pairs[index] ?? NO_TABLE, s),
  };
}

/** Change of the correlation ratio η² of a number's eighths over the classes of a column of levels. */
function ratioChange(index: number, subject: string, number: "left" | "right", reference: Aggregate): Gauge {
  const [numberStep, levelStep] = number === "left" ? [PAIR_CLASSES, 1] : [1, PAIR_CLASSES];
  return {
    metric: "eta_squared_change",
    subject,
    value: (left, right) =>
      correlationRatio(right.pairs[index] ?? NO_TABLE, numberStep, levelStep) -
      correlationRatio(left.pairs[index] ?? NO_TABLE, numberStep, levelStep),
    sdAt: (s) =>
      Math.SQRT2 * correlationRatioSd(reference.pairs[index] ?? NO_TABLE, { numberStep, levelStep, rows: s }),
  };
}
