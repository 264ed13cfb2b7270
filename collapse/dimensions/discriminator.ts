import type { PoolDraw } from "../contracts/metrics.ts";
import { seededRandom } from "../numerics/random.ts";
import { solveRidge, solverFor } from "./linear.ts";
import type { Points } from "./neighbors.ts";

/** Random features (Rahimi and Recht 2007); the first is constant. */
const FEATURES = 64;
const RIDGE = 1e-3;
/** Rows that the kernel's width is measured on. */
const ROWS_OF_SCALE = 200;
/** Fewer rows a side make no two halves to learn on and to test on. */
const LEAST_ROWS = 20;

/**
 * Prepares the classifier two-sample test (Lopez-Paz and Oquab 2017): a ridge regression on random Fourier features
 * tells left from right on one half of either side, and is tested on the other; the two AUCs are averaged.
 */
export function prepareDiscriminator(points: Points): (draw: PoolDraw) => number {
  const features = randomFeatures(points);
  return ({ left, right }) => {
    const [a, b] = [halvesOf(left), halvesOf(right)];
    if (Math.min(a[1].length, b[1].length) < LEAST_ROWS / 2) return Number.NaN;
    const folds = [0, 1] as const;
    const tested = folds.map((fold) => {
      const weights = learn(features, a[fold], b[fold]);
      const scoreOf = (row: number): number => scoreRow(features, row, weights);
      return areaUnderCurve(
        Float64Array.from(a[1 - fold] ?? [], scoreOf),
        Float64Array.from(b[1 - fold] ?? [], scoreOf),
      );
    });
    return tested.reduce((sum, area) => sum + area, 0) / folds.length;
  };
}

/** Every other row of a side; samples come in the order of their hash, or are shuffled by their choice. */
function halvesOf(side: Uint8Array): readonly [number[], number[]] {
  const halves: [number[], number[]] = [[], []];
  let seen = 0;
  side.forEach((member, row) => {
    if (member === 1) halves[seen++ % 2 === 0 ? 0 : 1].push(row);
  });
  return halves;
}

/** cos (w'x / scale + b) of each row, the scale being the median distance of some rows. */
function randomFeatures({ rows, width, values }: Points): Float64Array {
  const random = seededRandom(1, "discriminator's features");
  const scale = medianDistance({ rows, width, values }) || 1;
  const features = new Float64Array(rows * FEATURES);
  for (let feature = 0; feature < FEATURES; feature++) {
    const direction = Float64Array.from({ length: width }, () => random.normal() / scale);
    const shift = 2 * Math.PI * random.next();
    for (let row = 0; row < rows; row++) {
      let phase = shift;
      for (let axis = 0; axis < width; axis++)
        phase += (direction[axis] ?? 0) * (values[row * width + axis] ?? 0);
      features[row * FEATURES + feature] = feature === 0 ? 1 : Math.cos(phase);
    }
  }
  return features;
}

function medianDistance({ rows, width, values }: Points): number {
  const some = Math.min(rows, ROWS_OF_SCALE);
  const step = Math.max(1, Math.floor(rows / ROWS_OF_SCALE));
  const squares: number[] = [];
  for (let a = 0; a < some; a++)
    for (let b = 0; b < a; b++) {
      let sum = 0;
      for (let axis = 0; axis < width; axis++)
        sum += ((values[a * step * width + axis] ?? 0) - (values[b * step * width + axis] ?? 0)) ** 2;
      squares.push(sum);
    }
  const sorted = Float64Array.from(squares).sort();
  return Math.sqrt(sorted[Math.floor(sorted.length / 2)] ?? 0);
}

/** Weights that tell `left` (−1) from `right` (1), either side counting for one half. */
function learn(features: Float64Array, left: readonly number[], right: readonly number[]): Float64Array {
  const gram = new Float64Array(FEATURES * FEATURES);
  const cross = new Float64Array(FEATURES);
  addRows(features, left, -1, gram, cross);
  addRows(features, right, 1, gram, cross);
  for (let i = 0; i < FEATURES; i++)
    for (let j = 0; j < i; j++) gram[j * FEATURES + i] = gram[i * FEATURES + j] ?? 0;
  return solveRidge(gram, cross, RIDGE, solverFor(FEATURES));
}

function addRows(
  features: Float64Array,
  rows: readonly number[],
  label: number,
  gram: Float64Array,
  cross: Float64Array,
): void {
  const weight = 0.5 / rows.length;
  for (const row of rows) {
    const start = row * FEATURES;
    for (let i = 0; i < FEATURES; i++) {
      const weighted = weight * (features[start + i] ?? 0);
      cross[i] = (cross[i] ?? 0) + label * weighted;
      const offset = i * FEATURES;
      for (let j = 0; j <= i; j++)
        gram[offset + j] = (gram[offset + j] ?? 0) + weighted * (features[start + j] ?? 0);
    }
  }
}

function scoreRow(features: Float64Array, row: number, weights: Float64Array): number {
  let sum = 0;
  for (let feature = 0; feature < FEATURES; feature++)
    sum += (features[row * FEATURES + feature] ?? 0) * (weights[feature] ?? 0);
  return sum;
}

/** @testOnly Share of couples in which the right score is the larger, ties as half. */
export function areaUnderCurve(left: Float64Array, right: Float64Array): number {
  const [a, b] = [left.toSorted(), right.toSorted()];
  let [below, upTo, sum] = [0, 0, 0];
  for (const score of b) {
    while (below < a.length && (a[below] ?? 0) < score) below++;
    while (upTo < a.length && (a[upTo] ?? 0) <= score) upTo++;
    sum += (below + upTo) / 2;
  }
  return sum / (a.length * b.length);
}
