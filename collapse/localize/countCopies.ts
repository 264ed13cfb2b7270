import type { Aggregate, RowSample, Summary } from "../contracts/aggregates.ts";
import { DIGESTS } from "../count/digestCounts.ts";
import type { LocalizeTables, PassedRows, RowScores } from "./rowScores.ts";

/** How often rows of a digest occur in the candidate; null where that was not counted. */
export type CountOf = (digest: number) => number | null;

/** Of a digest: the candidate's rows, and how many of them as many real rows would have. */
export interface CopyCounts {
  readonly inCandidate: CountOf;
  readonly expected: (digest: number) => number;
  /** Rows of the candidate for each of the reference. */
  readonly ratio: number;
}

/** Scores by copies, with the counts behind them. */
export interface CopyScores extends RowScores {
  readonly copies: CopyCounts;
}

/**
 * Scores rows by how many further copies the candidate has of them, beyond those that real rows lead one to expect.
 * The same is asked of real rows: either half of the reference (by buckets) against the other. Where a table has more
 * distinct rows than are counted, of the rows with the lowest digests alone.
 */
export function countCopies({ reference, candidate }: LocalizeTables): CopyScores {
  const share = [...reference.buckets, ...candidate.buckets].reduce(
    (least, { digests }) => Math.min(least, digests.share),
    1,
  );
  const isCounted = (digest: number): boolean => digest < share * DIGESTS;
  const ofCandidate = rowsPerDigest(candidate.buckets);
  const ofReference = rowsPerDigest(reference.buckets);
  const halves = [0, 1].map((half) => {
    const buckets = reference.buckets.filter((_, bucket) => bucket % 2 === half);
    return { counts: rowsPerDigest(buckets), rows: buckets.reduce((sum, { rows }) => sum + rows, 0) };
  });
  const ratio = candidate.rows / Math.max(1, reference.rows);
  const expected = (digest: number): number => (ofReference.get(digest) ?? 0) * ratio;
  const ofReal = (digest: number, half: number): number => {
    const [own, other] = [halves[half], halves[1 - half]];
    if (!own || !other || other.rows === 0) return 0;
    const ratio = own.rows / other.rows;
    const usual = (other.counts.get(digest) ?? 0) * ratio;
    // A smaller candidate has fewer copies by nature: it is not forgiven more for it.
    const larger = Math.max(1, candidate.rows / Math.max(1, own.rows));
    return larger * beyond(own.counts.get(digest) ?? 1, usual, ratio);
  };
  const countIn: CountOf = (digest) => (isCounted(digest) ? (ofCandidate.get(digest) ?? 0) : null);
  return {
    way: "copies",
    calibration: scored(reference.sample, isCounted, (digest, row) =>
      ofReal(digest, (reference.sample.bucket[row] ?? 0) % 2),
    ),
    sample: scored(candidate.sample, isCounted, (digest) =>
      beyond(ofCandidate.get(digest) ?? 1, expected(digest), ratio),
    ),
    scoreRows: (rows) => scoreCopies(rows, { inCandidate: countIn, expected, ratio }),
    copies: { inCandidate: countIn, expected, ratio },
  };
}

/** Standard deviations beyond what is expected, from which on rows that real ones repeat too are too many. */
const CLEAR = 3.5;

/**
 * Further copies of a row beyond what is expected; 0 where as many real rows might have as many, by the variance of a
 * Poisson count and of the expectation, which rests on a table `ratio` times smaller.
 */
function beyond(count: number, expected: number, ratio: number): number {
  const more = count - 1 - expected;
  const isUsual = expected > 0 && more < CLEAR * Math.sqrt(1 + expected * (1 + ratio));
  return isUsual ? 0 : more;
}

/** Further copies of each row beyond what is expected; NaN where copies were not counted. */
export const scoreCopies = (
  { rows, digest }: Pick<PassedRows, "rows" | "digest">,
  { inCandidate, expected, ratio }: CopyCounts,
): Float64Array => {
  const scores = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const count = inCandidate(digest[row] ?? 0);
    scores[row] = count === null ? Number.NaN : beyond(count, expected(digest[row] ?? 0), ratio);
  }
  return scores;
};

function scored(
  { rows, digest }: RowSample,
  isCounted: (digest: number) => boolean,
  scoreOf: (digest: number, row: number) => number,
): Float64Array {
  const scores = new Float64Array(rows).fill(Number.NaN);
  for (let row = 0; row < rows; row++) {
    const own = digest[row] ?? 0;
    if (isCounted(own)) scores[row] = scoreOf(own, row);
  }
  return scores;
}

function rowsPerDigest(buckets: readonly Aggregate[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const { digests } of buckets)
    for (let place = 0; place < digests.digests.length; place++) {
      const digest = digests.digests[place] ?? 0;
      counts.set(digest, (counts.get(digest) ?? 0) + (digests.rows[place] ?? 0));
    }
  return counts;
}

/** Whether all digests of the candidate were counted. */
export const countsAll = ({ buckets }: Summary): boolean =>
  buckets.every(({ digests }) => digests.share === 1);
