import type { RowSample } from "../contracts/aggregates.ts";
import { indexRows, nearestSquared, type RowIndex } from "./nearestRow.ts";
import type { SplitRows } from "./splitRows.ts";
import { takeEvenly } from "./takeEvenly.ts";

const NEAR_SHARE = 0.01;
/** Rows whose nearest test row is looked for, to learn how near real rows are. */
const PROBES = 1_000;
/** Where more than this share of the real rows equals a test row, equal rows are no sign of copying. */
const COMMON_SHARE = 0.5;

/** Training rows that are left, and how many went. */
export interface Purged {
  readonly rows: SplitRows;
  readonly ofCandidate: number;
  readonly ofReference: number;
}

/**
 * Drops training rows, candidate and real by one rule, that equal a test row or are nearer to one than 99 % of the
 * real training rows are (distance in the encoding). A generator that saw the reference would else be rewarded for
 * copies of the very rows that judge it. In a table so coarse that most real rows have an equal, nothing is dropped.
 */
export function purgeCopies(
  reference: RowSample,
  candidate: RowSample,
  width: number,
  rows: SplitRows,
): Purged {
  const equal = new Set<number>();
  for (const row of rows.test) equal.add(reference.digest[row] ?? Number.NaN);
  const index = indexRows(reference.encoded, width, rows.test);
  const near = nearestOfReal(reference, rows, index, equal);
  if (near === null) return { rows, ofCandidate: 0, ofReference: 0 };
  const keep = (sample: RowSample, chosen: Uint32Array): Uint32Array =>
    chosen.filter(
      (row) =>
        !equal.has(sample.digest[row] ?? Number.NaN) &&
        (near === 0 || nearestSquared(index, sample.encoded, row, near) >= near),
    );
  const real = keep(reference, rows.train);
  const other = keep(candidate, rows.candidate);
  return {
    rows: { train: real, test: rows.test, candidate: other },
    ofCandidate: rows.candidate.length - other.length,
    ofReference: rows.train.length - real.length,
  };
}

/** The 1st percentile of the squared distances from real training rows to test rows; null where most are equal. */
function nearestOfReal(
  reference: RowSample,
  rows: SplitRows,
  index: RowIndex,
  equal: ReadonlySet<number>,
): number | null {
  const probes = takeEvenly(rows.train, PROBES);
  const equals = probes.filter((row) => equal.has(reference.digest[row] ?? Number.NaN)).length;
  if (probes.length === 0 || rows.test.length === 0 || equals > COMMON_SHARE * probes.length) return null;
  const distances = Float64Array.from(probes, (row) =>
    nearestSquared(index, reference.encoded, row, Number.POSITIVE_INFINITY),
  ).sort();
  return distances[Math.floor(NEAR_SHARE * distances.length)] ?? 0;
}
