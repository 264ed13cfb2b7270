import type { CountOf } from "./countCopies.ts";

/** Places of a table of digests: 48 MB, for some three million distinct rows. */
const PLACES = 2 ** 22;
const MOST_FILLED = 0.7;

/** Counts digests in a memory that does not grow with their number. */
export interface DigestTable {
  add(digest: number): void;
  /** Rows of a digest; null where there was no room to count it. */
  readonly countOf: CountOf;
}

/**
 * A table of open places (Knuth, TAOCP 3, 6.4). `watched` digests are always counted; of others as many as there is
 * room for, the first to come.
 */
export function createDigestTable(watched: Iterable<number>, places: number = PLACES): DigestTable {
  const digests = new Float64Array(places).fill(-1);
  const rows = new Uint32Array(places);
  let filled = 0;
  const placeOf = (digest: number): number => {
    let place = digest % places;
    while (digests[place] !== -1 && digests[place] !== digest) place = (place + 1) % places;
    return place;
  };
  const enter = (digest: number, count: number): void => {
    const place = placeOf(digest);
    if (digests[place] === -1) {
      if (filled >= MOST_FILLED * places) return;
      digests[place] = digest;
      filled++;
    }
    rows[place] = (rows[place] ?? 0) + count;
  };
  for (const digest of watched) enter(digest, 0);
  return {
    add: (digest) => enter(digest, 1),
    countOf: (digest) => {
      const place = placeOf(digest);
      return digests[place] === -1 ? null : (rows[place] ?? 0);
    },
  };
}
