import type { RowSample } from "../contracts/aggregates.ts";
import { nearestDistances, othersOf } from "../networks/nearestGraph.ts";
import { indexRows, nearestSquared } from "./nearestRow.ts";
import type { SplitRows } from "./splitRows.ts";
import { takeEvenly } from "./takeEvenly.ts";

const NEAR_SHARE = 0.01;
/** Rows whose nearest test row is looked for, to learn how near real rows are. */
const PROBES = 1_000;
/** Pairs up to which comparing all is faster than searching. */
const MOST_COMPARED = 1e8;
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
  const distancesOf = distancesTo(reference.encoded, width, rows.test);
  const near = nearestOfReal(reference, rows, distancesOf, equal);
  if (near === null) return { rows, ofCandidate: 0, ofReference: 0 };
  const keep = (sample: RowSample, chosen: Uint32Array): Uint32Array => {
    const unequal = chosen.filter((row) => !equal.has(sample.digest[row] ?? Number.NaN));
    if (near === 0) return unequal;
    const distances = distancesOf(sample.encoded, unequal, near);
    return unequal.filter((_, place) => (distances[place] ?? 0) >= near);
  };
  const real = keep(reference, rows.train);
  const other = keep(candidate, rows.candidate);
  return {
    rows: { train: real, test: rows.test, candidate: other },
    ofCandidate: rows.candidate.length - other.length,
    ofReference: rows.train.length - real.length,
  };
}

/** Squared distances of rows to the nearest test row, exact where they are less than `within`. */
type Distances = (encoded: Float64Array, chosen: Uint32Array, within: number) => Float64Array;

/**
 * Few by comparing all in the runtime; many, which lie densely, by a search that leaves out what is too far along one
 * direction, and so where there is no runtime.
 */
function distancesTo(encoded: Float64Array, width: number, test: Uint32Array): Distances {
  const others = othersOf({ rows: test.length, values: taken(encoded, width, test) });
  let index: ReturnType<typeof indexRows> | null = null;
  return (asked, chosen, within) => {
    const areFew = test.length > 0 && chosen.length * test.length <= MOST_COMPARED;
    const compared = areFew ? nearestDistances(taken(asked, width, chosen), others) : null;
    if (compared !== null) return compared;
    index ??= indexRows(encoded, width, test);
    const known = index;
    return Float64Array.from(chosen, (row) => nearestSquared(known, asked, row, within));
  };
}

function taken(encoded: Float64Array, width: number, rows: Uint32Array): Float64Array {
  const values = new Float64Array(rows.length * width);
  rows.forEach((row, place) => {
    values.set(encoded.subarray(row * width, (row + 1) * width), place * width);
  });
  return values;
}

/** The 1st percentile of the squared distances from real training rows to test rows; null where most are equal. */
function nearestOfReal(
  reference: RowSample,
  rows: SplitRows,
  distancesOf: Distances,
  equal: ReadonlySet<number>,
): number | null {
  const probes = takeEvenly(rows.train, PROBES);
  const equals = probes.filter((row) => equal.has(reference.digest[row] ?? Number.NaN)).length;
  if (probes.length === 0 || rows.test.length === 0 || equals > COMMON_SHARE * probes.length) return null;
  const distances = distancesOf(reference.encoded, probes, Number.POSITIVE_INFINITY).sort();
  return distances[Math.floor(NEAR_SHARE * distances.length)] ?? 0;
}
