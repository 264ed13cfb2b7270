import type { RowSample } from "../contracts/aggregates.ts";
import { seededRandom } from "../numerics/random.ts";
import { calibrate } from "./calibrate.ts";
import type { Pieces } from "./cutPieces.ts";
import type { Draws } from "./drawSides.ts";
import { fitRidge } from "./fitRidge.ts";
import { featureVariance } from "./fitTargets.ts";
import { squareOf, sumGrams } from "./gram.ts";
import { judgeOf } from "./losses.ts";
import { gramOfRows, scoresOfRows, shapeOf } from "./mapPieces.ts";
import type { HarmTables } from "./measurePrediction.ts";
import { columnsOf, type Nats } from "./measureTree.ts";
import { columnFeatures } from "./planTasks.ts";
import { drawFeatures, featureCount, type RowMap } from "./randomFeatures.ts";

const PENALTY = 1e-2;

/** Pieces of one table, each with its Gram matrix. */
interface Mapped {
  readonly sample: RowSample;
  readonly pieces: Pieces;
  readonly grams: readonly Float64Array[];
}

/** Some pieces of a table: one side of a comparison. */
interface Side {
  readonly of: Mapped;
  readonly pieces: readonly number[];
}

/** Two sides; of each half of both a discriminator that learned it, by its place among all. */
interface Comparison {
  readonly first: Side;
  readonly second: Side;
  readonly models: readonly [number, number];
}

/** Of a table the scores of every piece's rows under every model: model, piece, row. */
type Scores = ReadonlyMap<Mapped, readonly (readonly Float64Array[])[]>;

/**
 * Kullback and Leibler's divergence of the candidate from real rows, per column in nats, as far as a discriminator can
 * tell: least squares on random features, trained on one half of either side and asked about the other, its scores
 * made log odds by logistic regression. The bound is Donsker and Varadhan's (1983), with odds clipped at the number of
 * rows, beyond which no rows can speak.
 */
export function measureDiscriminator(tables: HarmTables, draws: Draws, seed: number): Nats | null {
  const { frame, reference, candidate } = tables;
  const { width } = frame.encoding;
  const columns = [...new Set(frame.variables.map(({ column }) => column))]
    .map((column) => columnFeatures(frame, column))
    .filter((features) => features.length > 0);
  if (columns.length === 0 || (draws.sides[0]?.left.length ?? 0) < 2) return null;
  const count = featureCount(draws.trainedRows);
  const map = { features: drawFeatures(columns, count, seededRandom(seed, "discriminator")), targets: [] };
  const real = mapPieces(reference, width, draws.real, map);
  const other = mapPieces(candidate, width, draws.candidate, map);
  const variance = unitOf(real, map);
  if (!(variance > 0)) return null;
  const models: Float64Array[] = [];
  const compare = (first: Side, second: Side): Comparison => {
    const learn = (half: 0 | 1): number =>
      models.push(fitDiscriminator(halved(first, half), halved(second, half), map, PENALTY * variance)) - 1;
    return { first, second, models: [learn(0), learn(1)] };
  };
  const compared = draws.sides.map(({ left, right, candidate: side }) => ({
    null: compare({ of: real, pieces: left }, { of: real, pieces: right }),
    candidate: compare({ of: real, pieces: left }, { of: other, pieces: side }),
  }));
  const scores = new Map([real, other].map((mapped) => [mapped, scorePieces(mapped, width, map, models)]));
  const scale = 1 / columnsOf(frame);
  return {
    null: compared.flatMap(({ null: both }) => divergences(both, scores).map((nats) => scale * nats)),
    candidate: compared.map(({ candidate: both }) => scale * divergences(both, scores)[0]),
  };
}

function mapPieces(sample: RowSample, width: number, pieces: Pieces, map: RowMap): Mapped {
  return { sample, pieces, grams: pieces.rows.map((rows) => gramOfRows(sample, width, rows, map)) };
}

function scorePieces(
  { sample, pieces }: Mapped,
  width: number,
  map: RowMap,
  models: readonly Float64Array[],
): readonly (readonly Float64Array[])[] {
  const ofPieces = pieces.rows.map((rows) => scoresOfRows(sample, width, rows, map, models));
  return models.map((_, model) => ofPieces.map((ofModels) => ofModels[model] ?? new Float64Array(0)));
}

function unitOf({ grams }: Mapped, map: RowMap): number {
  const all = sumGrams(
    grams,
    grams.map((_, piece) => piece),
  );
  return featureVariance(judgeOf(all, shapeOf(map), map.features.length + 1));
}

/** Of the second side from the first, and of the first from the second; cross-fitted on halves. */
function divergences({ first, second, models }: Comparison, scores: Scores): readonly [number, number] {
  const asked = ([1, 0] as const).map((half, model) => ({
    first: scoresOf(halved(first, half), models[model] ?? 0, scores),
    second: scoresOf(halved(second, half), models[model] ?? 0, scores),
  }));
  const ofFirst = joined(asked.flatMap(({ first: some }) => some));
  const ofSecond = joined(asked.flatMap(({ second: some }) => some));
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

const halved = ({ of, pieces }: Side, half: 0 | 1): Side => {
  const middle = Math.floor(pieces.length / 2);
  return { of, pieces: half === 0 ? pieces.slice(0, middle) : pieces.slice(middle) };
};

const scoresOf = ({ of, pieces }: Side, model: number, scores: Scores): readonly Float64Array[] =>
  pieces.flatMap((piece) => scores.get(of)?.[model]?.[piece] ?? []);

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let from = 0;
  for (const part of parts) {
    all.set(part, from);
    from += part.length;
  }
  return all;
}

/** mean of f over the first − log of the mean of exp f over the second. */
function bound(first: Float64Array, second: Float64Array): number {
  const mean = first.reduce((sum, value) => sum + value, 0) / first.length;
  const weight = second.reduce((sum, value) => sum + Math.exp(value), 0) / second.length;
  return mean - Math.log(weight);
}

/** Least squares of +1 for the first side and −1 for the second. */
function fitDiscriminator(first: Side, second: Side, map: RowMap, penalty: number): Float64Array {
  const plus = sumGrams(first.of.grams, first.pieces);
  const minus = sumGrams(second.of.grams, second.pieces);
  const { columns: features, panels } = shapeOf(map);
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
