import { fitRidge } from "./fitRidge.ts";
import { squareOf, sumGrams } from "./gram.ts";
import type { Judge } from "./losses.ts";
import type { Panels } from "./panels.ts";

/** What all fits of a task have in common. */
export interface FitPlan {
  readonly shape: Pick<Panels, "panels" | "columns">;
  /** Columns up to and with the constant one. */
  readonly features: number;
  /** Columns of the targets. */
  readonly targets: readonly number[];
  /** Added to the diagonal per row that trains. */
  readonly penalty: number;
}

/** Weights (targets × features) of a ridge regression on the union of some pieces. */
export function fitPieces(
  grams: readonly Float64Array[],
  pieces: readonly number[],
  plan: FitPlan,
): Float64Array {
  return fitSquare(squareOf(sumGrams(grams, pieces), plan.shape.panels, plan.shape.columns), plan);
}

/** The same of a Gram matrix laid out as a square, which is overwritten. */
export function fitSquare(square: Float64Array, plan: FitPlan): Float64Array {
  const { columns } = plan.shape;
  const one = plan.features - 1;
  const rows = square[one * columns + one] ?? 0;
  return fitRidge(square, columns, plan.features, plan.targets, plan.penalty * rows);
}

/** Mean variance of the features: the unit of the penalty. */
export function featureVariance(judge: Judge): number {
  const { square, size, features, rows } = judge;
  let sum = 0;
  for (let feature = 0; feature < features - 1; feature++) {
    const mean = (square[(features - 1) * size + feature] ?? 0) / Math.max(1, rows);
    sum += (square[feature * size + feature] ?? 0) / Math.max(1, rows) - mean * mean;
  }
  return Math.max(0, sum / Math.max(1, features - 1));
}
