import type { Random } from "../../../collapse/numerics/random.ts";

/** Whether the refit divides the sum of squares by n (maximum likelihood) or by n - 1 (unbiased). */
export type VarianceEstimator = "maximum_likelihood" | "unbiased";

/**
 * A normal distribution refitted to `draws` numbers that it made itself, generation after generation (Shumailov et al.
 * 2024): mean and variance after each of them, beginning with 0 and 1. The typical variance falls as exp(-2k/n) by
 * maximum likelihood and as exp(-k/n) without bias; in the mean over runs it is (1 - 1/n)^k and 1.
 */
export function refitGaussian(
  { draws, generations, estimator }: { draws: number; generations: number; estimator: VarianceEstimator },
  random: Random,
): { means: Float64Array; variances: Float64Array } {
  const means = new Float64Array(generations + 1);
  const variances = new Float64Array(generations + 1).fill(1, 0, 1);
  const divisor = estimator === "unbiased" ? draws - 1 : draws;
  for (let generation = 1; generation <= generations; generation++) {
    const sd = Math.sqrt(variances[generation - 1] ?? 0);
    let sum = 0;
    let squares = 0;
    for (let draw = 0; draw < draws; draw++) {
      const z = random.normal();
      sum += z;
      squares += z * z;
    }
    means[generation] = (means[generation - 1] ?? 0) + (sd * sum) / draws;
    variances[generation] = (sd * sd * (squares - (sum * sum) / draws)) / divisor;
  }
  return { means, variances };
}
