import { shinglesOf } from "./shingles.ts";

/** Hashes of a signature, cut into bands of equal length. */
const PERMUTATIONS = 128;
const ROWS_PER_BAND = 8;

/**
 * What is kept of a text to know its near repetitions. Numbers are 32-bit and signed, as Postgres stores them.
 */
export interface TextSignature {
  /** Least hash of the text's shingles under each of 128 permutations. */
  readonly signature: readonly number[];
  /** One hash per eight rows of the signature: texts that share a band are worth comparing in full. */
  readonly bands: readonly number[];
}

/**
 * MinHash of a normalized text (Broder, "On the resemblance and containment of documents", 1997): the chance
 * that two texts share a hash is the Jaccard similarity of their sets of shingles. The permutations are fixed:
 * signatures of all times compare. npm's `minhash` multiplies 32-bit numbers as doubles, which lose the low
 * bits, and `minhashjs` draws its permutations anew in each process: hence this file.
 */
export function signText(normalized: string): TextSignature {
  const signature = new Int32Array(PERMUTATIONS).fill(0x7fffffff);
  for (const shingle of shinglesOf(normalized)) {
    const hash = hashText(shingle);
    PERMUTATION_SEEDS.forEach((seed, index) => {
      const permuted = mix(hash ^ seed);
      if (permuted < (signature[index] ?? 0)) signature[index] = permuted;
    });
  }
  return { signature: Array.from(signature), bands: bandsOf(signature) };
}

/** Share of equal hashes, 0–1: the estimate of the texts' Jaccard similarity, with deviation √(s(1−s)/128). */
export function similarityOf(a: readonly number[], b: readonly number[]): number {
  let equal = 0;
  for (let index = 0; index < PERMUTATIONS; index++) if (a[index] === b[index]) equal += 1;
  return equal / PERMUTATIONS;
}

function bandsOf(signature: Int32Array): number[] {
  return Array.from({ length: PERMUTATIONS / ROWS_PER_BAND }, (_, band) => {
    const rows = signature.subarray(band * ROWS_PER_BAND, (band + 1) * ROWS_PER_BAND);
    // The band's number goes in first: equal rows in different bands are not the same find.
    return rows.reduce((hash, row) => mix(Math.imul(hash, 31) ^ row), mix(band + 1));
  });
}

/** The last step of MurmurHash3 (Appleby, public domain): a permutation of the 32-bit numbers that spreads well. */
function mix(number: number): number {
  const first = Math.imul(number ^ (number >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return second ^ (second >>> 16);
}

/** FNV-1a over UTF-16 units, then spread: the shingle's number before it is permuted. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return mix(hash);
}

/** Never changes: a signature that was stored must compare with one made tomorrow. */
const PERMUTATION_SEEDS: readonly number[] = Array.from({ length: PERMUTATIONS }, (_, index) =>
  mix(Math.imul(index + 1, 0x9e3779b9)),
);
