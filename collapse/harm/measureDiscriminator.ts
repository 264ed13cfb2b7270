import type { RowSample } from "../contracts/aggregates.ts";
import { seededRandom } from "../numerics/random.ts";
import { calibrate } from "./calibrate.ts";
import type { Pieces } from "./cutPieces.ts";
import type { Draws } from "./drawSides.ts";
import { fitRidge } from "./fitRidge.ts";
import { featureVariance } from "./fitTargets.ts";
import { addGram, gramSize, squareOf, sumGrams } from "./gram.ts";
import { judgeOf } from "./losses.ts";
import { shapeOf } from "./mapPieces.ts";
import type { HarmTables } from "./measurePrediction.ts";
import { columnsOf, type Nats } from "./measureTree.ts";
import type { Panels } from "./panels.ts";
import { columnFeatures } from "./planTasks.ts";
import { drawFeatures, featureCount, mapRows, type RowMap } from "./randomFeatures.ts";

const PENALTY = 1e-2;

/** Pieces of one table, mapped, each with its Gram matrix. */
interface Mapped {
  readonly panels: readonly Panels[];
  readonly grams: readonly Float64Array[];
}

/** Some pieces of a table: one side of a comparison. */
interface Side {
  readonly of: Mapped;
  readonly pieces: readonly number[];
}

/**
 * Kullback and Leibler's divergence of the candidate from real rows, per column in nats, as far as a discriminator can
 * tell: least squares on random features, trained on one half of either side and asked about the other, its scores
 * made log odds by logistic regression. The bound is Donsker and Varadhan's (1983), with odds clipped at the number of
 * rows, beyond which no rows can speak.
 */
export function measureDiscriminator(tables: HarmTables, draws: Draws, seed: number): Nats | null {
  const { frame, reference, candidate } = tables;
  const columns = [...new Set(frame.variables.map(({ column }) => column))]
    .map((column) => columnFeatures(frame, column))
    .filter((features) => features.length > 0);
  if (columns.length === 0 || (draws.sides[0]?.left.length ?? 0) < 2) return null;
  const count = featureCount(draws.trainedRows);
  const map = { features: drawFeatures(columns, count, seededRandom(seed, "discriminator")), targets: [] };
  const real = mapPieces(reference, frame.encoding.width, draws.real, map);
  const other = mapPieces(candidate, frame.encoding.width, draws.candidate, map);
  const variance = unitOf(real, map);
  if (!(variance > 0)) return null;
  const penalty = PENALTY * variance;
  const scale = 1 / columnsOf(frame);
  const compared = draws.sides.map(({ left, right, candidate: side }) => ({
    null: divergences({ of: real, pieces: left }, { of: real, pieces: right }, penalty),
    candidate: divergences({ of: real, pieces: left }, { of: other, pieces: side }, penalty),
  }));
  return {
    null: compared.flatMap(({ null: both }) => both.map((nats) => scale * nats)),
    candidate: compared.map(({ candidate: [ofReal = 0] }) => scale * ofReal),
  };
}

function mapPieces(sample: RowSample, width: number, pieces: Pieces, map: RowMap): Mapped {
  const panels = pieces.rows.map((rows) => mapRows(sample.encoded, width, rows, map));
  const grams = panels.map((matrix) => {
    const gram = new Float64Array(gramSize(matrix.panels));
    addGram(matrix, gram);
    return gram;
  });
  return { panels, grams };
}

function unitOf({ grams }: Mapped, map: RowMap): number {
  const all = sumGrams(
    grams,
    grams.map((_, piece) => piece),
  );
  return featureVariance(judgeOf(all, shapeOf(map), map.features.length + 1));
}

/** Of the second side from the first, and of the first from the second; cross-fitted on halves. */
function divergences(first: Side, second: Side, penalty: number): readonly [number, number] {
  const halves = [halfOf(first, second, 0), halfOf(first, second, 1)] as const;
  const scores = halves.map((trained, half) => {
    const weights = fitDiscriminator(trained.first, trained.second, penalty);
    const asked = halves[half === 0 ? 1 : 0];
    return { first: scoresOf(asked.first, weights), second: scoresOf(asked.second, weights) };
  });
  const ofFirst = Float64Array.from(scores.flatMap(({ first: some }) => [...some]));
  const ofSecond = Float64Array.from(scores.flatMap(({ second: some }) => [...some]));
  const { slope, shift } = calibrate(ofFirst, ofSecond);
  const most = Math.log(2 * ofFirst.length);
  const oddsOf = (score: number): number => Math.max(-most, Math.min(most, slope * score + shift));
  const forth = bound(ofFirst.map(oddsOf), ofSecond.map(oddsOf));
  const back = bound(
    ofSecond.map((score) => -oddsOf(score)),
    ofFirst.map((score) => -oddsOf(score)),
  );
  return [forth, back];
}

const halfOf = (first: Side, second: Side, half: 0 | 1): { readonly first: Side; readonly second: Side } => ({
  first: halved(first, half),
  second: halved(second, half),
});

const halved = ({ of, pieces }: Side, half: 0 | 1): Side => {
  const middle = Math.floor(pieces.length / 2);
  return { of, pieces: half === 0 ? pieces.slice(0, middle) : pieces.slice(middle) };
};

/** mean of f over the first − log of the mean of exp f over the second. */
function bound(first: Float64Array, second: Float64Array): number {
  const mean = first.reduce((sum, value) => sum + value, 0) / first.length;
  const weight = second.reduce((sum, value) => sum + Math.exp(value), 0) / second.length;
  return mean - Math.log(weight);
}

/** Least squares of +1 for the first side and −1 for the second. */
function fitDiscriminator(first: Side, second: Side, penalty: number): Float64Array {
  const plus = sumGrams(first.of.grams, first.pieces);
  const minus = sumGrams(second.of.grams, second.pieces);
  const [shape] = first.of.panels;
  const features = shape?.columns ?? 0;
  const panels = shape?.panels ?? 0;
  const size = features + 1;
  const square = new Float64Array(size * size);
  const both = squareOf(
    plus.map((value, index) => value + (minus[index] ?? 0)),
    panels,
    features,
  );
  const difference = squareOf(
    plus.map((value, index) => value - (minus[index] ?? 0)),
    panels,
    features,
  );
  for (let row = 0; row < features; row++)
    square.set(both.subarray(row * features, row * features + row + 1), row * size);
  square.set(difference.subarray((features - 1) * features), features * size);
  const rows = both[features * features - 1] ?? 0;
  return fitRidge(square, size, features, [features], penalty * rows);
}

function scoresOf({ of, pieces }: Side, weights: Float64Array): Float64Array {
  const chosen = pieces.flatMap((piece) => of.panels[piece] ?? []);
  const scores = new Float64Array(chosen.reduce((sum, { rows }) => sum + rows, 0));
  let from = 0;
  for (const matrix of chosen) {
    addScores(matrix, weights, scores.subarray(from, from + matrix.rows));
    from += matrix.rows;
  }
  return scores;
}

function addScores({ data, rows, panels }: Panels, weights: Float64Array, into: Float64Array): void {
  for (let panel = 0; panel < panels; panel++) {
    const [w0, w1, w2, w3] = [0, 1, 2, 3].map((column) => weights[panel * 4 + column] ?? 0);
    for (let row = 0; row < rows; row++) {
      const at = (panel * rows + row) * 4;
      into[row] =
        (into[row] ?? 0) +
        (data[at] ?? 0) * (w0 ?? 0) +
        (data[at + 1] ?? 0) * (w1 ?? 0) +
        (data[at + 2] ?? 0) * (w2 ?? 0) +
        (data[at + 3] ?? 0) * (w3 ?? 0);
    }
  }
}
