import { BUCKETS, type RowSample } from "../contracts/aggregates.ts";
import { takeEvenly } from "./takeEvenly.ts";

const MOST_ROWS = 20_000;

/** Rows of the samples, by bucket and then in the order of their table. */
export interface SplitRows {
  /** Of the reference: its first 32 buckets. */
  readonly train: Uint32Array;
  /** Of the reference: the other 32, on which every model is judged. */
  readonly test: Uint32Array;
  readonly candidate: Uint32Array;
}

/** Who trains and who judges; at most 20,000 rows each. No group is on both sides, as none is in two buckets. */
export function splitRows(reference: RowSample, candidate: RowSample): SplitRows {
  const ordered = inBucketOrder(reference);
  const firstTest = ordered.findIndex((row) => (reference.bucket[row] ?? 0) >= BUCKETS / 2);
  const border = firstTest < 0 ? ordered.length : firstTest;
  return {
    train: takeEvenly(ordered.subarray(0, border), MOST_ROWS),
    test: takeEvenly(ordered.subarray(border), MOST_ROWS),
    candidate: takeEvenly(inBucketOrder(candidate), MOST_ROWS),
  };
}

function inBucketOrder({ rows, bucket, index }: RowSample): Uint32Array {
  return Uint32Array.from({ length: rows }, (_, row) => row).sort(
    (left, right) =>
      (bucket[left] ?? 0) - (bucket[right] ?? 0) || (index[left] ?? 0) - (index[right] ?? 0) || left - right,
  );
}
