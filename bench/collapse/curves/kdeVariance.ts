import type { Random } from "../../../collapse/numerics/random.ts";

/** Silverman's bandwidth of one dimension in standard deviations (1986): 1.06 n^(-1/5). */
export const silvermanBandwidth = (draws: number): number => 1.06 * draws ** -0.2;

/**
 * A kernel density estimate refitted to `draws` numbers of its own: the maximum-likelihood variance after each
 * generation, beginning with that of the first sample. `bandwidth` is in standard deviations of the sample at hand.
 * In the mean the variance grows by 1 + bandwidth² - 1/n a generation: this recursion blurs, it does not shrink.
 */
export function kdeVariances(
  { draws, generations, bandwidth }: { draws: number; generations: number; bandwidth: number },
  random: Random,
): Float64Array {
  let sample = Float64Array.from({ length: draws }, () => random.normal());
  const variances = new Float64Array(generations + 1);
  variances[0] = varianceOf(sample);
  for (let generation = 1; generation <= generations; generation++) {
    const width = bandwidth * Math.sqrt(variances[generation - 1] ?? 0);
    const parents = sample;
    sample = parents.map(() => (parents[random.whole(draws)] ?? 0) + width * random.normal());
    variances[generation] = varianceOf(sample);
  }
  return variances;
}

function varianceOf(sample: Float64Array): number {
  const mean = sample.reduce((sum, value) => sum + value, 0) / sample.length;
  return sample.reduce((sum, value) => sum + (value - mean) ** 2, 0) / sample.length;
}
