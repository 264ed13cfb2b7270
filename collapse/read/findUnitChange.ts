import type { Quantiles } from "./readQuantiles.ts";

/** Factors between units that people confuse; each also the other way round. */
const FACTORS: readonly (readonly [number, string])[] = [
  ...[1, 2, 3, 4, 5, 6, 9].map((power) => [10 ** power, (10 ** power).toLocaleString("en-US")] as const),
  [60, "60"],
  [3_600, "3,600"],
  [24, "24"],
  [86_400, "86,400"],
  [86_400_000, "86,400,000"],
  [1_024, "1,024"],
  [1_048_576, "1,048,576"],
  [2.54, "2.54"],
  [25.4, "25.4"],
  [3.280839895, "3.2808"],
  [1.609344, "1.609344"],
  [2.2046226218, "2.2046"],
  [28.349523125, "28.35"],
  [3.6, "3.6"],
  [4.184, "4.184"],
  [180 / Math.PI, "180/π"],
];

/** What a generator may add to the distance that chance alone makes. */
const SLACK = 0.02;
/** Below this the columns are alike as they are. */
const FAR = 0.25;
/** Numbers about 0 that shrink by less than this have lost their spread, for all that anybody can tell. */
const LEAST_SHRINK_ABOUT_ZERO = 1_000;

/**
 * Whether `candidate` are the quantiles `reference` times a factor between units, as text (`1,000`, `1/60`); null where
 * they are not, and where either is unknown. Conservative: without the factor the columns must lie far apart, with it
 * no further than samples of one distribution do (Kolmogorov and Smirnov, 5 %), both as the largest distance of ranks.
 * So a spread that shrinks by a tenth is never a unit; nor is one about 0 that shrinks to a hundredth: units and a
 * collapse look alike there, and the worse of the two is to be judged, not refused.
 */
export function findUnitChange(
  reference: Quantiles | undefined,
  candidate: Quantiles | undefined,
): string | null {
  if (reference === undefined || candidate === undefined) return null;
  const near = SLACK + 1.36 * Math.sqrt(1 / reference.of + 1 / candidate.of);
  const distanceAt = (scale: number): number => rankDistance(reference.values, candidate.values, scale);
  if (distanceAt(1) < Math.max(FAR, 3 * near)) return null;
  let nearest: string | null = null;
  let least = near;
  const shrinksAboutZero = (factor: number): boolean =>
    factor < 1 && factor > 1 / LEAST_SHRINK_ABOUT_ZERO && isAboutZero(reference.values);
  for (const [factor, text] of FACTORS.flatMap(bothWays)) {
    if (shrinksAboutZero(factor)) continue;
    const distance = distanceAt(factor);
    // 1,000 comes before 1,024, and stands unless the other is clearly nearer.
    if (distance < (nearest === null ? near : least / 2)) [nearest, least] = [text, distance];
  }
  return nearest;
}

/** Whether the median lies nearer to 0 than half the middle half is wide. */
function isAboutZero(quantiles: readonly number[]): boolean {
  const at = (share: number): number => quantiles[Math.round(share * (quantiles.length - 1))] ?? 0;
  return Math.abs(at(0.5)) < (at(0.75) - at(0.25)) / 2;
}

const bothWays = ([factor, text]: readonly [number, string]): readonly (readonly [number, string])[] => [
  [factor, text],
  [1 / factor, text === "180/π" ? "π/180" : `1/${text}`],
];

/** How far, in shares of the rows, the quantiles of the candidate lie from where the reference's times `scale` do. */
function rankDistance(reference: readonly number[], candidate: readonly number[], scale: number): number {
  let largest = 0;
  for (let index = 0; index < candidate.length; index++) {
    const [low, high] = ranksOf((candidate[index] ?? 0) / scale, reference);
    largest = Math.max(largest, low - index, index - high);
  }
  return largest / (reference.length + 1);
}

/** Between which ranks `value` lies among ascending quantiles; one value may take many. */
function ranksOf(value: number, quantiles: readonly number[]): readonly [number, number] {
  // A product of a factor and its quotient differs from the value in the last bits.
  const slack = 1e-9 * Math.abs(value);
  let low = 0;
  while (low < quantiles.length && (quantiles[low] ?? 0) < value - slack) low++;
  let high = low;
  while (high < quantiles.length && (quantiles[high] ?? 0) <= value + slack) high++;
  return low < high ? [low, high - 1] : between(value, quantiles, low);
}

function between(value: number, quantiles: readonly number[], above: number): readonly [number, number] {
  const lower = quantiles[above - 1];
  const upper = quantiles[above];
  if (lower === undefined || upper === undefined) return [above - 0.5, above - 0.5];
  const rank = above - 1 + (value - lower) / (upper - lower);
  return [rank, rank];
}
