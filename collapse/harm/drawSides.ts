import type { RowSample } from "../contracts/aggregates.ts";
import { type Random, seededRandom, shuffledIndices } from "../numerics/random.ts";
import { cutPieces, type Pieces } from "./cutPieces.ts";
import type { SplitRows } from "./splitRows.ts";
import { takeEvenly } from "./takeEvenly.ts";

const MOST_TRAINED = 10_000;
/** Pieces of a side: enough that the last bucket of a side may be taken in part. */
const PIECES_A_SIDE = 16;
/** Rows to draw from, per row of a side: real rows in two sides each, and the candidate in one. */
const REAL_POOL = 4;
const CANDIDATE_POOL = 2;

/** Pieces that train: two disjoint sides of real rows and one of the candidate, all of as many rows. */
export interface Sides {
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly candidate: readonly number[];
}

export interface Draws {
  /** Rows that each side trains on. */
  readonly trainedRows: number;
  readonly real: Pieces;
  readonly candidate: Pieces;
  readonly sides: readonly Sides[];
}

/**
 * Draws the sides of all pairs: min(candidate, half of the real training rows, 10,000) rows each, whole buckets as far
 * as they go, so that rows of a group train together or not at all.
 */
export function drawSides(
  samples: { readonly reference: RowSample; readonly candidate: RowSample },
  rows: SplitRows,
  options: { readonly seed: number; readonly pairs: number },
): Draws {
  const most = Math.min(rows.candidate.length, Math.floor(rows.train.length / 2), MOST_TRAINED);
  const size = Math.max(1, Math.floor(most / PIECES_A_SIDE));
  const taken = Math.floor(most / size);
  const poolOf = (side: Uint32Array, share: number): Uint32Array => takeEvenly(side, share * taken * size);
  const real = cutPieces(samples.reference, poolOf(rows.train, REAL_POOL), size);
  const candidate = cutPieces(samples.candidate, poolOf(rows.candidate, CANDIDATE_POOL), size);
  const random = seededRandom(options.seed, "harm sides");
  const sides = Array.from({ length: options.pairs }, () => {
    const ofReal = inDrawnOrder(real, taken, random);
    return {
      left: ofReal.slice(0, taken),
      right: ofReal.slice(taken, 2 * taken),
      candidate: inDrawnOrder(candidate, taken, random).slice(0, taken),
    };
  });
  return { trainedRows: taken * size, real, candidate, sides };
}

/** Bucket by bucket in random order; piece by piece where a side is not made of several buckets. */
function inDrawnOrder(pieces: Pieces, taken: number, random: Random): readonly number[] {
  const buckets = [...new Set(pieces.buckets)];
  if (4 * pieces.rows.length > taken * buckets.length)
    return [...shuffledIndices(pieces.rows.length, random)];
  const ofBucket = new Map(buckets.map((bucket): [number, number[]] => [bucket, []]));
  pieces.buckets.forEach((bucket, piece) => {
    ofBucket.get(bucket)?.push(piece);
  });
  return [...shuffledIndices(buckets.length, random)].flatMap((at) => ofBucket.get(buckets[at] ?? -1) ?? []);
}
