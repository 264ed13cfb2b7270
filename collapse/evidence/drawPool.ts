import { BUCKETS, type RowSample } from "../contracts/aggregates.ts";
import type { Pool, PoolDraw, PoolDraws } from "../contracts/metrics.ts";
import { type Random, shuffledIndices } from "../numerics/random.ts";

/**
 * Says which rows of the pool face each other, `rowsASide` of either side. Where rows belong to groups they are
 * taken bucket by bucket, so that a group is never on both sides of a null.
 */
export function drawPool(
  pool: Pool,
  asked: { readonly nulls: number; readonly candidates: number; readonly rowsASide: number },
  grouped: boolean,
  random: Random,
): PoolDraws {
  const orderOf = grouped ? bucketByBucket : rowByRow;
  const length = pool.reference.rows + pool.candidate.rows;
  const masked = (rows: Uint32Array, offset: number): Uint8Array => {
    const mask = new Uint8Array(length);
    for (const row of rows) mask[offset + row] = 1;
    return mask;
  };
  const side = Math.min(asked.rowsASide, pool.candidate.rows, Math.floor(pool.reference.rows / 2));
  const drawNull = (): PoolDraw => {
    const order = orderOf(pool.reference, random);
    const middle = grouped ? wholeBuckets(pool.reference, order, side) : side;
    return {
      left: masked(order.subarray(0, middle), 0),
      right: masked(order.subarray(middle, middle + side), 0),
    };
  };
  const drawCandidate = (): PoolDraw => ({
    left: masked(orderOf(pool.reference, random).subarray(0, side), 0),
    right: masked(orderOf(pool.candidate, random).subarray(0, side), pool.reference.rows),
  });
  return {
    nulls: Array.from({ length: asked.nulls }, drawNull),
    candidates: Array.from({ length: asked.candidates }, drawCandidate),
  };
}

const rowByRow = (sample: RowSample, random: Random): Uint32Array => shuffledIndices(sample.rows, random);

function bucketByBucket(sample: RowSample, random: Random): Uint32Array {
  const rank = new Uint8Array(BUCKETS);
  shuffledIndices(BUCKETS, random).forEach((bucket, place) => {
    rank[bucket] = place;
  });
  const rankOf = (row: number): number => rank[sample.bucket[row] ?? 0] ?? 0;
  return Uint32Array.from({ length: sample.rows }, (_, row) => row).sort(
    (a, b) => rankOf(a) - rankOf(b) || a - b,
  );
}

/** The last place up to `side` where a bucket begins; `side` where one bucket holds more. */
function wholeBuckets(sample: RowSample, order: Uint32Array, side: number): number {
  const bucketAt = (place: number): number => sample.bucket[order[place] ?? 0] ?? 0;
  let before = side;
  while (before > 0 && bucketAt(before) === bucketAt(before - 1)) before--;
  return before > 0 ? before : side;
}
