import { BUCKETS, type RowSample } from "../contracts/aggregates.ts";
import { outermostRows } from "../harm/outermostRows.ts";
import { takeEvenly } from "../harm/takeEvenly.ts";
import { seededRandom, shuffledIndices } from "../numerics/random.ts";

const MOST_ROWS = 3_000;

/** Real rows of one bucket that judge; those of the tail apart. */
interface JudgingBucket {
  readonly inner: Uint32Array;
  readonly outer: Uint32Array;
}

/** Real rows that judge, by bucket; and for each pair the buckets that judge it. */
export interface JudgingHalf {
  readonly buckets: readonly JudgingBucket[];
  readonly ofPair: readonly (readonly number[])[];
}

/** Half A chooses what is done, half B says what it did: no number is told by the rows that picked it. */
export const CHOOSING = 0;
export const TELLING = 1;

/**
 * The judging rows in two halves that share no group. Each pair is judged by half of the buckets of a half: so the
 * spread over pairs holds what the choice of judges moves, as the delete-half jackknife has it (Shao and Wu 1989).
 */
export function judgingHalves(
  reference: RowSample,
  width: number,
  rows: { readonly train: Uint32Array; readonly test: Uint32Array },
  options: { readonly seed: number; readonly pairs: number },
): readonly JudgingHalf[] {
  const tail = new Set(outermostRows(reference, width, rows.train, rows.test));
  const border = (3 * BUCKETS) / 4;
  return [CHOOSING, TELLING].map((half) => {
    const own = rows.test.filter(
      (row) => ((reference.bucket[row] ?? 0) < border ? CHOOSING : TELLING) === half,
    );
    const byBucket = Map.groupBy(takeEvenly(own, MOST_ROWS), (row) => reference.bucket[row] ?? 0);
    const buckets = [...byBucket.values()].map((some) => ({
      inner: Uint32Array.from(some.filter((row) => !tail.has(row))),
      outer: Uint32Array.from(some.filter((row) => tail.has(row))),
    }));
    const random = seededRandom(options.seed, `judges ${half}`);
    const ofPair = Array.from({ length: options.pairs }, () => [
      ...shuffledIndices(buckets.length, random).subarray(0, Math.ceil(buckets.length / 2)),
    ]);
    return { buckets, ofPair };
  });
}
