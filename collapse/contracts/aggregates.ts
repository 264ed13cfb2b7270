import type { Variable } from "./columns.ts";

// Additive statistics: what is kept of rows, whatever their number. The statistics of two sets of rows are those of
// their union, added. Every metric of the dimensions 1 to 6 and 8 reads these alone.

/** Two variables that are counted together, in 8 × 8 classes that the reference fixed. */
export interface Pair {
  readonly left: number;
  readonly right: number;
}

/** Classes of a variable in a pair; the last one is for what is missing or was never seen. */
export const PAIR_CLASSES = 9;

/** What is counted; fixed by the reference before anything is. */
export interface Frame {
  readonly variables: readonly Variable[];
  /** The strongest pairs of the reference, at most 200; `left < right`. */
  readonly pairs: readonly Pair[];
  /** Class of each code of each variable: 0 to 7, or 8. */
  readonly classes: readonly Uint8Array[];
  readonly encoding: Encoding;
  /** Of each variable the step that the reference's values are rounded to: 1, 0.01; 0 where it has none. */
  readonly grids: Float64Array;
}

/** The numbers that a row becomes for everything linear; fixed by the reference. */
export interface Encoding {
  readonly width: number;
  /** Of each number: the variable it comes of, and how people read it. */
  readonly features: readonly { readonly variable: number; readonly name: string }[];
  /** The first so many features are normal scores; of the others most rows have 0. */
  readonly dense: number;
  /** Of each variable how its codes and values become features. */
  readonly encoders: readonly Encoder[];
}

/** How a variable becomes features: a normal score where it is a number, and up to three numbers of its code. */
export interface Encoder {
  /** Feature of the normal score; -1 where it has none. */
  readonly scoreFeature: number;
  /** Normal score at each edge, and per unit of the value beyond the outermost ones. */
  readonly scores: Float64Array;
  readonly slopeBelow: number;
  readonly slopeAbove: number;
  /** Code k gives `features` and `values` from `starts[k]` up to `starts[k + 1]`. */
  readonly starts: Uint32Array;
  readonly features: Uint16Array;
  readonly values: Float64Array;
}

/**
 * Digests of rows, ascending, each with the number of its rows: of all rows, or, where these are many, of those
 * whose digest lies in the lowest `share` of all digests. Copies of a row are kept or left together.
 */
export interface DigestCounts {
  readonly share: number;
  readonly digests: Float64Array;
  readonly rows: Float64Array;
}

/** The statistics of some rows of one table. */
export interface Aggregate {
  readonly rows: number;
  /** Of each variable the rows per code (`codesOf`). */
  readonly counts: readonly Float64Array[];
  /** Of each pair the rows per class, `left * PAIR_CLASSES + right`. */
  readonly pairs: readonly Float64Array[];
  /** Means of the encoded numbers, and the sums of products of deviations from them (width × width, symmetric). */
  readonly mean: Float64Array;
  readonly comoment: Float64Array;
  /** Rows that equal an earlier row of the same set in every analyzed column, estimated where rows were sampled. */
  readonly duplicates: number;
  /** What `duplicates` is counted of; it lets them be counted of a union too. */
  readonly digests: DigestCounts;
  /** Of each variable the rows whose value lies on the reference's grid of rounding; 0 where it has none. */
  readonly onGrid: Float64Array;
}

/**
 * Rows that were kept whole: those with the least hash, so that no order of reading changes which. They come in the
 * order of their hashes: the first k of them are a sample of k rows.
 */
export interface RowSample {
  readonly rows: number;
  /** Index of each in its table. */
  readonly index: Float64Array;
  /** 0 to 63: by the hash of its group, or of its table and index. */
  readonly bucket: Uint8Array;
  /** Of each variable the code of each row. */
  readonly codes: readonly Uint16Array[];
  /** rows × encoding.width, row by row. */
  readonly encoded: Float64Array;
  /** A digest of each row's analyzed columns: equal rows have equal ones. */
  readonly digest: Float64Array;
  /** Of each variable the raw number of each row; null for levels. */
  readonly values: readonly (Float64Array | null)[];
}

export const BUCKETS = 64;

/** All that one pass over one table keeps. */
export interface Summary {
  readonly rows: number;
  /** Per bucket; their sum is the table's. */
  readonly buckets: readonly Aggregate[];
  readonly sample: RowSample;
  /** Where the rows of the sample were not kept: the statistics of equal parts of it. */
  readonly parts?: readonly Aggregate[];
}
