/** Weights of rows in proportion to density ratios, none above the cap, whose mean over a sample is 1. */
export interface Weights {
  /** Of a density ratio the weight: min(cap, ratio · toMean) · toOne. */
  readonly cap: number;
  readonly toMean: number;
  readonly toOne: number;
}

/** Weights that sum to the number of rows; the cap is in means of the ratios. */
export function weightsOf(ratios: Float64Array, cap: number): Weights {
  const toMean = ratios.length / Math.max(Number.MIN_VALUE, sumOf(ratios));
  const capped = ratios.map((ratio) => Math.min(cap, ratio * toMean));
  return { cap, toMean, toOne: ratios.length / Math.max(Number.MIN_VALUE, sumOf(capped)) };
}

export const weightOf = ({ cap, toMean, toOne }: Weights, ratio: number): number =>
  Math.min(cap, ratio * toMean) * toOne;

const MOST_COPIES = 255;

/**
 * Turns weights into whole numbers of copies as rows come by: what was rounded off one row goes to the next, so that
 * the sum of the copies never is off by one (systematic resampling, Kitagawa 1996).
 */
export function copyCounter(): (weight: number) => number {
  let owed = 0.5;
  return (weight) => {
    owed += weight;
    const copies = Math.min(MOST_COPIES, Math.floor(owed));
    owed -= copies;
    return copies;
  };
}

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);
