/** Scores are whole multiples of this, and at most 8: products of two of them then add up without rounding. */
const STEPS = 8_192;
const MOST = 8;

/**
 * A feature's number on the grid of 2^-13. A product of two is a whole multiple of 2^-26 and at most 64, so that a
 * double holds the sum of the squares of a standardized feature over 134 million rows, and over many more where it is
 * kept per bucket, to the last bit: sums of products do not depend on the order of adding, of reading or of merging.
 */
export const onScoreGrid = (score: number): number =>
  // + 0 makes -0, which Math.floor keeps, a plain zero.
  Math.floor(Math.min(MOST, Math.max(-MOST, score)) * STEPS + 0.5) / STEPS + 0;
