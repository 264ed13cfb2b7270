import type { RowSample } from "../contracts/aggregates.ts";
import { seededRandom } from "../numerics/random.ts";
import { binRows, binTables, joined } from "./binRows.ts";
import { findCut } from "./calibrate.ts";
import { type Folds, foldsOf, partRows, planFolds } from "./folds.ts";
import { growTrees } from "./growTrees.ts";
import { neighborSquare, type RotatedRows, rotateRows } from "./nearestRows.ts";
import { momentsOf } from "./referenceMoments.ts";
import { type LocalizeTables, type RowScores, treeScorer } from "./rowScores.ts";

/** Rows that are asked for their neighbors, and rows that these are looked for among, of either table. */
const MOST_ASKED = 6_000;
const MOST_INDEXED = 4_500;
/** Which neighbor's distance is taken: the first may be chance, and copies may be few. */
const NEIGHBOR = 2;
/** Folds where neighbors themselves are asked for: each row then has three quarters of the others about it. */
const FOLDS = 4;
/** Nothing is nearer than this, in squared standard deviations: copies would be infinitely crowded. */
const LEAST_SQUARE = 1e-6;

/**
 * Scores rows by how much nearer their neighbors in the candidate are than those in the reference: log of
 * r(to reference)² / r(to candidate)², of the second neighbors. Rows near others that copy them, or crowd about a
 * few places, score high. Of a larger table a sample is asked, and trees learn in which cells the crowded ones lie.
 */
export function learnCrowding(tables: LocalizeTables, seed: number): RowScores {
  const { frame, reference, candidate } = tables;
  const folds = candidate.rows > MOST_ASKED ? planFolds(reference.sample, candidate.sample) : foldsOf(FOLDS);
  const real = Math.min(reference.sample.rows, MOST_ASKED);
  const other = Math.min(candidate.sample.rows, MOST_ASKED);
  const sides: Sides = {
    real: { ...reference.sample, rows: real },
    other: { ...candidate.sample, rows: other },
    points: rotateRows(
      [
        { sample: reference.sample, rows: real },
        { sample: candidate.sample, rows: other },
      ],
      momentsOf(reference, frame.encoding.width),
    ),
  };
  if (candidate.rows > MOST_ASKED) return learnCells(tables, folds, sides, seed);
  const calibration = new Float64Array(real);
  const sample = new Float64Array(other);
  for (let fold = 0; fold < folds.count; fold++) {
    const { asked, among } = rowsOfFold(sides, folds, fold);
    for (const row of asked.real) calibration[row] = crowding(sides, row, among);
    for (const row of asked.other) sample[row] = crowding(sides, real + row, among);
  }
  return { way: "crowding", calibration, sample, scoreRows: null };
}

interface Sides {
  readonly real: RowSample;
  readonly other: RowSample;
  readonly points: RotatedRows;
}

/** Rows among which neighbors are looked for, by their places among the points: as many of either table. */
interface Among {
  readonly real: Uint32Array;
  readonly other: Uint32Array;
}

function crowding({ points }: Sides, row: number, among: Among): number {
  const toReal = neighborSquare(points, row, among.real, NEIGHBOR);
  const toOther = neighborSquare(points, row, among.other, NEIGHBOR);
  return Math.log(toReal + LEAST_SQUARE) - Math.log(toOther + LEAST_SQUARE);
}

/** Rows of a fold, and the rows outside it that may be their neighbors. */
function rowsOfFold({ real, other }: Sides, folds: Folds, fold: number) {
  const ofReal = partRows(real, folds, fold, MOST_INDEXED);
  const ofOther = partRows(other, folds, fold, MOST_INDEXED);
  const rows = Math.min(ofReal.outside.length, ofOther.outside.length);
  const among: Among = {
    real: ofReal.outside.subarray(0, rows),
    other: ofOther.outside.subarray(0, rows).map((row) => real.rows + row),
  };
  return { asked: { real: ofReal.inside, other: ofOther.inside }, among, outside: { ofReal, ofOther } };
}

/**
 * Trees that tell crowded candidate rows from all other rows asked. What a fold's trees learn of, neighbors included,
 * lies outside the fold.
 */
function learnCells(
  { frame, reference, candidate }: LocalizeTables,
  folds: Folds,
  sides: Sides,
  seed: number,
) {
  const tables = binTables(frame, reference);
  const models = Array.from({ length: folds.count }, (_, fold) => {
    const { among } = rowsOfFold(sides, folds, fold);
    const places = { real: among.real, other: among.other.map((row) => row - sides.real.rows) };
    const ofReal = Float64Array.from(among.real, (row) => crowding(sides, row, among));
    const ofOther = Float64Array.from(among.other, (row) => crowding(sides, row, among));
    const { score } = findCut(ofOther, ofReal);
    const crowded = new Uint8Array(ofReal.length + ofOther.length);
    ofOther.forEach((value, place) => {
      if (value >= score) crowded[ofReal.length + place] = 1;
    });
    const left = binRows(tables, reference.sample.codes, places.real);
    const right = binRows(tables, candidate.sample.codes, places.other);
    const both = left.map((bins, variable) => joined(bins, right[variable] ?? bins));
    return growTrees(both, crowded, seededRandom(seed, `localize crowding ${fold}`));
  });
  return treeScorer("crowding", { frame, reference, candidate }, folds, models);
}
