import { BUCKETS, type DigestCounts } from "../contracts/aggregates.ts";
import { DIGESTS } from "./digestCounts.ts";

/** Distinct digests that are kept, each bucket's counted by itself. */
const MOST_KEPT = 65_536;

/** Counts the digests of each bucket. */
export interface DigestKeeper {
  add(digest: number, bucket: number, rows: number): void;
  /** Lowers the share of digests that are kept. */
  keepShare(share: number): void;
  readonly share: number;
  counts(): readonly DigestCounts[];
}

/**
 * Keeps every digest, or, once there are more than 65,536 of a bucket each, the lower half of them, quarter, and so
 * on. The share that is kept in the end follows from the set of rows alone: halving when there are too many of some
 * rows means that there are too many of all.
 */
export function keepDigests(): DigestKeeper {
  const kept = Array.from({ length: BUCKETS }, () => new Map<number, number>());
  let share = 1;
  let size = 0;
  const keepShare = (lower: number): void => {
    if (lower >= share) return;
    share = lower;
    for (const digests of kept)
      for (const digest of digests.keys()) if (digest >= share * DIGESTS) digests.delete(digest);
    size = kept.reduce((sum, digests) => sum + digests.size, 0);
  };
  return {
    get share() {
      return share;
    },
    add: (digest, bucket, rows) => {
      const digests = kept[bucket];
      if (!digests || digest >= share * DIGESTS) return;
      const before = digests.get(digest);
      digests.set(digest, (before ?? 0) + rows);
      if (before !== undefined) return;
      size++;
      while (size > MOST_KEPT) keepShare(share / 2);
    },
    keepShare,
    counts: () =>
      kept.map((digests) => {
        const ascending = Float64Array.from(digests.keys()).sort();
        return { share, digests: ascending, rows: ascending.map((digest) => digests.get(digest) ?? 0) };
      }),
  };
}
