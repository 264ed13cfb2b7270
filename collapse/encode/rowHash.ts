import { mixed } from "../numerics/random.ts";

/** A whole number from 0 to 2^53 for each row of a table, and its bucket from bits that the number does not use. */
export interface RowHashes {
  hashAt(row: number): number;
  bucketAt(row: number): number;
}

/** Hashes of (seed, table, row index): no order of reading, and no size of blocks, changes them. */
export function rowHashes(seed: number, table: "reference" | "candidate"): RowHashes {
  const salt = mixed(seed ^ (table === "reference" ? 0x51ed270b : 0x2545f491));
  const lowWord = (row: number): number => mixed(row ^ mixed(salt + Math.floor(row / 4_294_967_296)));
  return {
    hashAt: (row) => {
      const first = lowWord(row);
      return first * 2_097_152 + (mixed(first + salt) >>> 11);
    },
    bucketAt: (row) => mixed(lowWord(row) + salt) & 63,
  };
}

/** FNV-1a (Fowler, Noll and Vo) over UTF-16 units, through murmur3's finalizer. */
export function stringHash(text: string, seed: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return mixed(hash);
}
