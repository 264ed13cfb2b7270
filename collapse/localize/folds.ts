import type { RowSample } from "../contracts/aggregates.ts";

/** Fewer rows than this are cut in more folds: each then learns of more of them. */
const FEW_ROWS = 3_000;

/** Rows of either side that a model learns of at most. */
export const MOST_LEARNED = 8_000;

/** How rows are parted, so that what scores a row never saw it: by bucket, which no group is split by. */
export interface Folds {
  readonly count: number;
  of(bucket: number): number;
}

export function planFolds(reference: RowSample, candidate: RowSample): Folds {
  return foldsOf(Math.min(reference.rows, candidate.rows) < FEW_ROWS ? 4 : 2);
}

export const foldsOf = (count: number): Folds => ({ count, of: (bucket) => bucket % count });

/** Places in the sample of the rows in a fold, and of those outside; at most `most` of these, the first. */
export function partRows(
  { bucket, rows }: RowSample,
  folds: Folds,
  fold: number,
  most: number,
): { readonly inside: Uint32Array; readonly outside: Uint32Array } {
  const inside: number[] = [];
  const outside: number[] = [];
  for (let row = 0; row < rows; row++)
    if (folds.of(bucket[row] ?? 0) === fold) inside.push(row);
    else if (outside.length < most) outside.push(row);
  return { inside: Uint32Array.from(inside), outside: Uint32Array.from(outside) };
}
