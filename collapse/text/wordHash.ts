import { mixed } from "../numerics/random.ts";

/** A hash of two words in order, each given as its hash. */
export const pairHash = (first: number, second: number): number =>
  mixed(Math.imul(first, 0x9e3779b1) ^ (second + 0x7f4a7c15));

/** A hash of the words from `from` up to `to`. */
export function runHash(words: Uint32Array, from: number, to: number): number {
  let hash = 0x2545f491;
  for (let at = from; at < to; at++) hash = pairHash(hash, words[at] ?? 0);
  return hash;
}
