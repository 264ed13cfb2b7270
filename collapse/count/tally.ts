import { BUCKETS, type DigestCounts, type Frame, PAIR_CLASSES } from "../contracts/aggregates.ts";
import { codesOf, type TablePlan } from "../contracts/columns.ts";
import { type Coder, coderOf } from "../encode/coders.ts";
import { type ColumnScorer, columnScorer } from "../encode/columnScorer.ts";
import { rowHashes } from "../encode/rowHash.ts";
import { isAnalyzed } from "../encode/sampleReference.ts";
import { type DigestKeeper, keepDigests } from "./keepDigests.ts";
import { type CodedRows, keepSample, type SampleKeeper } from "./keepSample.ts";

export interface TallyOptions {
  readonly seed: number;
  readonly table: "reference" | "candidate";
}

/**
 * Counts in the making: sums of whole numbers and of numbers on the score grid, all exact, so that neither the size
 * nor the order of blocks, nor of tallies that are merged, changes a byte of what comes of them.
 */
export interface Tally {
  readonly frame: Frame;
  readonly options: TallyOptions;
  /** Columns of the plan that make up a row's digest. */
  readonly digested: readonly number[];
  readonly coders: readonly Coder[];
  readonly scorers: readonly (ColumnScorer | null)[];
  rows: number;
  readonly bucketRows: Float64Array;
  /** Of each variable: buckets × codes; up to 4 billion rows each, in half the memory that is to stay near. */
  readonly counts: readonly Uint32Array[];
  /** Of each pair: buckets × 81. */
  readonly pairs: readonly Uint32Array[];
  /** Of each bucket the sums of the normal scores, and of the products of every two features, the lower half. */
  readonly sums: Float64Array;
  readonly products: Float64Array;
  /** Buckets × variables. */
  readonly onGrid: Float64Array;
  readonly digests: DigestKeeper;
  readonly sample: SampleKeeper;
}

export function startTally(frame: Frame, plan: TablePlan, options: TallyOptions): Tally {
  const { width, dense, encoders } = frame.encoding;
  return {
    frame,
    options,
    digested: plan.columns.flatMap((column, index) => (isAnalyzed(column) ? [index] : [])),
    coders: frame.variables.map(coderOf),
    scorers: frame.variables.map((variable, index) => {
      const encoder = encoders[index];
      return encoder && variable.kind === "number" ? columnScorer(variable, encoder) : null;
    }),
    rows: 0,
    bucketRows: new Float64Array(BUCKETS),
    counts: frame.variables.map((variable) => new Uint32Array(BUCKETS * codesOf(variable).size)),
    pairs: frame.pairs.map(() => new Uint32Array(BUCKETS * PAIR_CLASSES * PAIR_CLASSES)),
    sums: new Float64Array(BUCKETS * dense),
    products: new Float64Array(BUCKETS * width * width),
    onGrid: new Float64Array(BUCKETS * frame.variables.length),
    digests: keepDigests(),
    sample: keepSample(frame, rowHashes(options.seed, options.table)),
  };
}

/** What a tally has counted, as data: what another thread sends. */
export interface TallyParts
  extends Pick<Tally, "rows" | "bucketRows" | "counts" | "pairs" | "sums" | "products" | "onGrid"> {
  readonly share: number;
  readonly digests: readonly DigestCounts[];
  readonly sample: CodedRows;
}

/** What a tally has counted so far; the arrays are its own. */
export const partsOf = (tally: Tally): TallyParts => ({
  rows: tally.rows,
  bucketRows: tally.bucketRows,
  counts: tally.counts,
  pairs: tally.pairs,
  sums: tally.sums,
  products: tally.products,
  onGrid: tally.onGrid,
  share: tally.digests.share,
  digests: tally.digests.counts(),
  sample: tally.sample.rows(),
});

/** Adds to a tally what another counted of other rows of the same table. */
export function mergeTally(into: Tally, other: TallyParts): void {
  into.rows += other.rows;
  addAll(into.bucketRows, other.bucketRows);
  addAll(into.sums, other.sums);
  addAll(into.products, other.products);
  addAll(into.onGrid, other.onGrid);
  into.counts.forEach((counts, index) => {
    addAll(counts, other.counts[index] ?? NONE);
  });
  into.pairs.forEach((pairs, index) => {
    addAll(pairs, other.pairs[index] ?? NONE);
  });
  into.digests.keepShare(other.share);
  other.digests.forEach(({ digests, rows }, bucket) => {
    digests.forEach((digest, index) => {
      into.digests.add(digest, bucket, rows[index] ?? 0);
    });
  });
  into.sample.add(other.sample);
}

const NONE = new Uint32Array(0);

function addAll(into: Float64Array | Uint32Array, more: Float64Array | Uint32Array): void {
  for (let index = 0; index < into.length; index++) into[index] = (into[index] ?? 0) + (more[index] ?? 0);
}
