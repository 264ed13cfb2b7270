import type { RowSample } from "../contracts/aggregates.ts";
import { type Calibration, calibrate } from "../harm/calibrate.ts";
import { fitRidge } from "../harm/fitRidge.ts";
import { squareOf } from "../harm/gram.ts";
import { gramOfRows, shapeOf } from "../harm/mapPieces.ts";
import { drawFeatures, mapRows, type RowMap } from "../harm/randomFeatures.ts";
import { takeEvenly } from "../harm/takeEvenly.ts";
import { seededRandom } from "../numerics/random.ts";

const FEATURES = 96;
/** In variances of a feature, per row. */
const PENALTY = 1e-2;
const MOST_ROWS = 4_000;
const LEAST_ROWS = 100;
/** Odds beyond which no so few rows can speak. */
const MOST_LOG_ODDS = 6;

/** Tells of rows how many times as dense real rows are where they lie, as the candidate's are. */
export interface Weigher {
  /** Of rows of an encoded, clamped sample: the density ratio, uncapped. */
  ratios(sample: Pick<RowSample, "encoded" | "bucket">, rows: Uint32Array): Float64Array;
}

interface Fold {
  readonly weights: Float64Array;
  readonly calibration: Calibration;
}

/**
 * Density ratios of a discriminator (Sugiyama, Suzuki and Kanamori 2012): least squares of +1 for real rows and −1 for
 * the candidate's on random features, the scores made log odds by logistic regression. Cross-fitted: rows of even
 * buckets are told by what odd ones taught, and the other way round. Null where nothing tells them apart.
 */
export function fitWeigher(
  samples: { readonly reference: RowSample; readonly candidate: RowSample; readonly width: number },
  rows: { readonly train: Uint32Array; readonly candidate: Uint32Array },
  columns: readonly (readonly number[])[],
  seed: number,
): Weigher | null {
  const { reference, candidate, width } = samples;
  const features = drawFeatures(columns, FEATURES, seededRandom(seed, "weights"));
  const map: RowMap = { features, targets: [] };
  const count = Math.min(MOST_ROWS, rows.train.length, rows.candidate.length);
  const foldsOf = (sample: RowSample, chosen: Uint32Array): readonly Uint32Array[] =>
    [0, 1].map((fold) => takeEvenly(chosen, count).filter((row) => ((sample.bucket[row] ?? 0) & 1) === fold));
  const [real, other] = [foldsOf(reference, rows.train), foldsOf(candidate, rows.candidate)];
  if (columns.length === 0 || Math.min(...[...real, ...other].map(({ length }) => length)) < LEAST_ROWS)
    return null;
  const learned = [0, 1].map((fold): Fold => {
    const weights = fitSides(
      gramOfRows(reference, width, real[fold] ?? NONE, map),
      gramOfRows(candidate, width, other[fold] ?? NONE, map),
      map,
    );
    const asked = (sample: RowSample, chosen: Uint32Array): Float64Array =>
      scoresOf(sample.encoded, width, chosen, map, weights);
    const first = asked(reference, real[1 - fold] ?? NONE);
    return { weights, calibration: calibrate(first, asked(candidate, other[1 - fold] ?? NONE)) };
  });
  if (learned.some(({ calibration }) => calibration.slope === 0)) return null;
  return { ratios: (sample, chosen) => ratiosOf(sample, chosen, width, map, learned) };
}

const NONE = new Uint32Array(0);

/** Least squares of +1 for the first side and −1 for the second, each side counting as one half. */
function fitSides(plus: Float64Array, minus: Float64Array, map: RowMap): Float64Array {
  const { panels, columns } = shapeOf(map);
  const [ofPlus, ofMinus] = [squareOf(plus, panels, columns), squareOf(minus, panels, columns)];
  const last = columns * columns - 1;
  const [toPlus, toMinus] = [0.5 / (ofPlus[last] ?? 1), 0.5 / (ofMinus[last] ?? 1)];
  const size = columns + 1;
  const square = new Float64Array(size * size);
  for (let row = 0; row < columns; row++)
    for (let column = 0; column <= row; column++) {
      const [a, b] = [
        toPlus * (ofPlus[row * columns + column] ?? 0),
        toMinus * (ofMinus[row * columns + column] ?? 0),
      ];
      square[row * size + column] = a + b;
      if (row === columns - 1) square[columns * size + column] = a - b;
    }
  return fitRidge(square, size, columns, [columns], PENALTY * meanVariance(square, size, columns));
}

/** Of the features of a Gram matrix per row, whose last column is constant one. */
function meanVariance(square: Float64Array, size: number, columns: number): number {
  let sum = 0;
  for (let feature = 0; feature < columns - 1; feature++)
    sum += (square[feature * size + feature] ?? 0) - (square[(columns - 1) * size + feature] ?? 0) ** 2;
  return sum / Math.max(1, columns - 1) + Number.MIN_VALUE;
}

function ratiosOf(
  { encoded, bucket }: Pick<RowSample, "encoded" | "bucket">,
  chosen: Uint32Array,
  width: number,
  map: RowMap,
  folds: readonly Fold[],
): Float64Array {
  const scores = folds.map(({ weights }) => scoresOf(encoded, width, chosen, map, weights));
  return Float64Array.from(chosen, (row, at) => {
    const fold = 1 - ((bucket[row] ?? 0) & 1);
    const { slope = 0, shift = 0 } = folds[fold]?.calibration ?? {};
    const odds = slope * (scores[fold]?.[at] ?? 0) + shift;
    return Math.exp(Math.max(-MOST_LOG_ODDS, Math.min(MOST_LOG_ODDS, odds)));
  });
}

const BLOCK_ROWS = 256;

function scoresOf(
  encoded: Float64Array,
  width: number,
  rows: Uint32Array,
  map: RowMap,
  weights: Float64Array,
): Float64Array {
  const scores = new Float64Array(rows.length);
  for (let from = 0; from < rows.length; from += BLOCK_ROWS) {
    const some = rows.subarray(from, from + BLOCK_ROWS);
    const { data } = mapRows(encoded, width, some, map);
    for (let column = 0; column < weights.length; column++) {
      const weight = weights[column] ?? 0;
      const start = (column >> 2) * some.length * 4 + (column & 3);
      for (let row = 0; row < some.length; row++)
        scores[from + row] = (scores[from + row] ?? 0) + weight * (data[start + 4 * row] ?? 0);
    }
  }
  return scores;
}
