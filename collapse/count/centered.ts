/**
 * Makes means and co-moments of exact sums. `products` holds the sums of products of every two features, of the
 * lower half (row ≥ column); it is overwritten with the sums of products of deviations from the means, both halves.
 * The sums are exact (`onScoreGrid`), so that the one subtraction is the only rounding: a constant feature is left
 * with exactly 0.
 */
export function centered(
  rows: number,
  sums: Float64Array,
  products: Float64Array,
): { mean: Float64Array; comoment: Float64Array } {
  const width = sums.length;
  const mean = sums.map((sum) => (rows > 0 ? sum / rows : 0));
  for (let row = 0; row < width; row++) {
    const rowMean = mean[row] ?? 0;
    for (let column = 0; column <= row; column++) {
      const deviation = (products[row * width + column] ?? 0) - rowMean * (sums[column] ?? 0);
      products[row * width + column] = deviation;
      products[column * width + row] = deviation;
    }
  }
  return { mean, comoment: products };
}
