// What chance alone does to counts: means and standard deviations of distances between two samples of one source.

/** More classes than these are taken as independent: of like ones the error is below 1 / (π · classes) of the variance. */
const CLASSES_EXACT = 32;

/**
 * Expected ½ Σ |p − q| of two samples whose class shares are `share`, per √(1/n + 1/m): differences of shares are
 * about normal, and E|N(0, σ²)| = σ √(2/π).
 */
export function totalVariationByChance(share: Float64Array): number {
  let sum = 0;
  for (const p of share) sum += Math.sqrt(Math.max(0, p * (1 - p)));
  return sum / Math.sqrt(2 * Math.PI);
}

/** Standard deviation of ½ Σ |p − q| by chance, per √(1/n + 1/m): absolute values of a multinomial's differences. */
export function totalVariationSd(share: Float64Array): number {
  const held = share.filter((p) => p > 0 && p < 1);
  let sum = 0;
  held.forEach((p, i) => {
    const sd = Math.sqrt(p * (1 - p));
    sum += covarianceOfAbsolutes(sd, sd, 1);
    if (held.length > CLASSES_EXACT) return;
    for (let j = 0; j < i; j++) {
      const q = held[j] ?? 0;
      const other = Math.sqrt(q * (1 - q));
      sum += 2 * covarianceOfAbsolutes(sd, other, (-p * q) / (sd * other));
    }
  });
  return Math.sqrt(Math.max(0, sum)) / 2;
}

/** Covariance of |X| and |Y|, centered normals of standard deviations a and b and correlation ρ (Nabeya 1951). */
export function covarianceOfAbsolutes(a: number, b: number, correlation: number): number {
  const rho = Math.min(1, Math.max(-1, correlation));
  return a * b * (2 / Math.PI) * (Math.sqrt(1 - rho * rho) + rho * Math.asin(rho) - 1);
}

/** Points that the covariance of a bridge is summed over; a finer grid moves the result by less than 1 %. */
const BRIDGE_POINTS = 48;

/**
 * Standard deviation of Σ weight |F − G| by chance, per √(1/n + 1/m): the sum over |a Brownian bridge| at the
 * cumulative shares `below`.
 */
export function weightedBridgeSd(below: Float64Array, weight: Float64Array): number {
  const { at, mass } = coarse(below, weight);
  let sum = 0;
  for (let i = 0; i < at.length; i++)
    for (let j = 0; j <= i; j++) {
      const [high, low] = [at[i] ?? 0, at[j] ?? 0];
      const [a, b] = [Math.sqrt(high * (1 - high)), Math.sqrt(low * (1 - low))];
      if (a === 0 || b === 0) continue;
      const covariance = covarianceOfAbsolutes(a, b, (low * (1 - high)) / (a * b));
      sum += (i === j ? 1 : 2) * (mass[i] ?? 0) * (mass[j] ?? 0) * covariance;
    }
  return Math.sqrt(sum);
}

function coarse(below: Float64Array, weight: Float64Array): { at: number[]; mass: number[] } {
  const step = Math.max(1, Math.ceil(below.length / BRIDGE_POINTS));
  const at: number[] = [];
  const mass: number[] = [];
  for (let start = 0; start < below.length; start += step) {
    let total = 0;
    let sum = 0;
    for (let k = start; k < Math.min(start + step, below.length); k++) {
      total += weight[k] ?? 0;
      sum += (weight[k] ?? 0) * (below[k] ?? 0);
    }
    if (total <= 0) continue;
    at.push(Math.min(1, Math.max(0, sum / total)));
    mass.push(total);
  }
  return { at, mass };
}

/** Standard deviation of the difference of two shares of `s` rows each whose expectation is `p`. */
export const shareSd = (p: number, s: number): number => Math.sqrt((2 * p * (1 - p)) / s);
