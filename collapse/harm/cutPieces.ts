import type { RowSample } from "../contracts/aggregates.ts";

/** Rows of a training side in pieces of equal size: what a draw takes, and whose Gram matrices are kept. */
export interface Pieces {
  readonly size: number;
  readonly rows: readonly Uint32Array[];
  /** The bucket that each piece begins in. */
  readonly buckets: readonly number[];
}

/** Cuts rows that lie in the order of their buckets; what is left over at the end is less than a piece. */
export function cutPieces(sample: RowSample, rows: Uint32Array, size: number): Pieces {
  const count = Math.floor(rows.length / size);
  const cut = Array.from({ length: count }, (_, piece) => rows.subarray(piece * size, (piece + 1) * size));
  return { size, rows: cut, buckets: cut.map(([first = 0]) => sample.bucket[first] ?? 0) };
}
