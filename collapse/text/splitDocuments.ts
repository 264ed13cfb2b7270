import { seededRandom, shuffledIndices } from "../numerics/random.ts";
import { type Documents, isSecondHalf } from "./documents.ts";
import { allPlaces } from "./drawDocuments.ts";

const MOST_JUDGED = 50_000;

/** The places of the reference's documents that train, and of those that judge. */
export interface DocumentSplit {
  readonly train: Uint32Array;
  readonly test: Uint32Array;
}

/**
 * One half of the reference trains and the other judges, up to 50,000 words of it; `fold` says which. The halves go by
 * the hash of groups, so that the copies of a document stay together.
 */
export function splitDocuments(reference: Documents, fold: 0 | 1, seed: number): DocumentSplit {
  const places = allPlaces(reference);
  const judges = (place: number): boolean => isSecondHalf(reference.groups[place] ?? 0) === (fold === 1);
  const others = places.filter(judges);
  const test: number[] = [];
  let words = 0;
  for (const index of shuffledIndices(others.length, seededRandom(seed, `judging documents ${fold}`))) {
    if (words >= MOST_JUDGED) break;
    const place = others[index] ?? 0;
    test.push(place);
    words += (reference.starts[place + 1] ?? 0) - (reference.starts[place] ?? 0);
  }
  return { train: places.filter((place) => !judges(place)), test: Uint32Array.from(test).sort() };
}
