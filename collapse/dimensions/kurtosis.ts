import type { Aggregate } from "../contracts/aggregates.ts";
import { normalQuantile } from "../numerics/normal.ts";
import { type Counted, countsOf } from "./counted.ts";
import { varianceOf } from "./scale.ts";

/** Fourth central moment over the squared variance: 3 of a normal distribution; NaN of a constant. */
export function shareKurtosis(share: Float64Array, value: Float64Array): number {
  let mean = 0;
  share.forEach((p, bin) => {
    mean += p * (value[bin] ?? 0);
  });
  let fourth = 0;
  share.forEach((p, bin) => {
    fourth += p * ((value[bin] ?? 0) - mean) ** 4;
  });
  return fourth / varianceOf(share, value) ** 2;
}

/** Kurtosis of a number as it is encoded: the normal score of the middle of its bin, 0 where it is missing. */
export function scoreKurtosis(counted: Counted, reference: Aggregate): number {
  const missing = (countsOf(counted, reference)[counted.missing] ?? 0) / Math.max(1, reference.rows);
  const value = new Float64Array(counted.bins + 1);
  let below = 0;
  counted.share.forEach((p, bin) => {
    value[bin] = p > 0 ? normalQuantile(Math.min(1, below + p / 2)) : 0;
    below += p;
  });
  const share = Float64Array.from(value, (_, bin) =>
    bin < counted.bins ? (counted.share[bin] ?? 0) * (1 - missing) : missing,
  );
  return shareKurtosis(share, value);
}
