import type { DigestCounts } from "../contracts/aggregates.ts";

/** Digests are whole numbers below this. */
export const DIGESTS = 2 ** 52;

/** The digests of rows, each counted. */
export function digestCountsOf(digests: Float64Array): DigestCounts {
  const sorted = digests.slice().sort();
  const distinct = new Float64Array(sorted.length);
  const rows = new Float64Array(sorted.length);
  let size = 0;
  for (const digest of sorted) {
    if (size === 0 || distinct[size - 1] !== digest) distinct[size++] = digest;
    rows[size - 1] = (rows[size - 1] ?? 0) + 1;
  }
  return { share: 1, digests: distinct.slice(0, size), rows: rows.slice(0, size) };
}

/**
 * The digests of a union; where one side kept a lower share of all digests, of that share. Whatever the order of
 * the sides, and of many unions, the result is the same.
 */
export function uniteDigests(left: DigestCounts, right: DigestCounts): DigestCounts {
  const share = Math.min(left.share, right.share);
  const a = lowest(left, share);
  const b = lowest(right, share);
  const digests = new Float64Array(a.digests.length + b.digests.length);
  const rows = new Float64Array(digests.length);
  let i = 0;
  let j = 0;
  let size = 0;
  while (i < a.digests.length || j < b.digests.length) {
    const fromA = a.digests[i] ?? Infinity;
    const fromB = b.digests[j] ?? Infinity;
    digests[size] = fromA <= fromB ? fromA : fromB;
    rows[size++] = (fromA <= fromB ? (a.rows[i++] ?? 0) : 0) + (fromB <= fromA ? (b.rows[j++] ?? 0) : 0);
  }
  return { share, digests: digests.subarray(0, size), rows: rows.subarray(0, size) };
}

function lowest(counts: DigestCounts, share: number): DigestCounts {
  if (counts.share === share) return counts;
  const end = counts.digests.findIndex((digest) => digest >= share * DIGESTS);
  if (end < 0) return counts;
  return { share, digests: counts.digests.subarray(0, end), rows: counts.rows.subarray(0, end) };
}

/**
 * Rows that equal an earlier one, out of `rows`: exact where all digests were kept, else scaled up from the copies
 * among those kept, which says 0 of rows that all differ and is roughest where few rows are repeated very often.
 */
export function duplicatesOf({ share, digests, rows: kept }: DigestCounts, rows: number): number {
  let sum = 0;
  for (const count of kept) sum += count;
  return Math.min((sum - digests.length) / share, Math.max(rows - 1, 0));
}
