import { CholeskyDecomposition, Matrix } from "ml-matrix";
import type { Random } from "../../../collapse/numerics/random.ts";

/** Whether each generation learns from its own rows alone or from all rows so far. */
export type RowsPolicy = "replace" | "accumulate";

/**
 * Least squares on rows that the model before labeled, noise added (Gerstgrasser et al. 2024): squared distance to the
 * true weights after each generation. Replaced rows make it grow as n · σ²d / (T - d - 1); accumulated ones keep it
 * under that constant times π²/6.
 */
export function refitRegression(
  {
    features,
    rows,
    sd,
    generations,
    policy,
  }: { features: number; rows: number; sd: number; generations: number; policy: RowsPolicy },
  random: Random,
): Float64Array {
  const errors = new Float64Array(generations);
  // The true weights may be taken as 0: only the distance to them is looked at.
  let weights: Float64Array = new Float64Array(features);
  let gram = new Float64Array(features * features);
  let moments = new Float64Array(features);
  for (let generation = 0; generation < generations; generation++) {
    if (policy === "replace") {
      gram = new Float64Array(features * features);
      moments = new Float64Array(features);
    }
    for (let row = 0; row < rows; row++) {
      const x = Float64Array.from({ length: features }, () => random.normal());
      addRow(x, dot(x, weights) + sd * random.normal(), gram, moments);
    }
    weights = solved(gram, moments);
    errors[generation] = dot(weights, weights);
  }
  return errors;
}

function addRow(x: Float64Array, y: number, gram: Float64Array, moments: Float64Array): void {
  const width = x.length;
  for (let left = 0; left < width; left++) {
    const value = x[left] ?? 0;
    moments[left] = (moments[left] ?? 0) + value * y;
    for (let right = 0; right <= left; right++) {
      const at = left * width + right;
      gram[at] = (gram[at] ?? 0) + value * (x[right] ?? 0);
    }
  }
}

function solved(gram: Float64Array, moments: Float64Array): Float64Array {
  const width = moments.length;
  const matrix = new Matrix(width, width);
  for (let left = 0; left < width; left++)
    for (let right = 0; right <= left; right++) {
      const value = gram[left * width + right] ?? 0;
      matrix.set(left, right, value);
      matrix.set(right, left, value);
    }
  return Float64Array.from(
    new CholeskyDecomposition(matrix).solve(Matrix.columnVector([...moments])).to1DArray(),
  );
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index++) sum += (left[index] ?? 0) * (right[index] ?? 0);
  return sum;
}
