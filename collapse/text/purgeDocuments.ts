import type { Documents } from "./documents.ts";
import { runHash } from "./wordHash.ts";

const RUN = 8;
/** Less of a document than this is in others of the same source without being copied. */
const LEAST_SHARED = 0.25;
const NEAR_SHARE = 0.99;

/** Training documents that are left of either side, by their places. */
export interface PurgedDocuments {
  readonly train: Uint32Array;
  readonly candidate: Uint32Array;
}

/**
 * Drops training documents, candidate and real by one rule, that share more of their runs of eight words with judging
 * documents than 99 % of the real ones do, and more than a quarter of them: a copy of the test is no skill.
 */
export function purgeDocuments(
  reference: Documents,
  candidate: Documents,
  split: { readonly train: Uint32Array; readonly test: Uint32Array; readonly candidate: Uint32Array },
): PurgedDocuments {
  const known = new Set<number>();
  for (const place of split.test)
    eachRun(reference, place, (run) => {
      known.add(run);
    });
  const shares = Float64Array.from(split.train, (place) => sharedPart(reference, place, known));
  const usual = shares.slice().sort()[Math.floor(NEAR_SHARE * shares.length)] ?? 0;
  const most = Math.max(LEAST_SHARED, usual);
  return {
    train: split.train.filter((_, index) => (shares[index] ?? 0) <= most),
    candidate: split.candidate.filter((place) => sharedPart(candidate, place, known) <= most),
  };
}

/** Share of a document's runs that are known; of a document of fewer words, whether it is known as a whole. */
function sharedPart(documents: Documents, place: number, known: ReadonlySet<number>): number {
  let [runs, shared] = [0, 0];
  eachRun(documents, place, (run) => {
    runs++;
    if (known.has(run)) shared++;
  });
  return runs === 0 ? 0 : shared / runs;
}

function eachRun({ starts, words }: Documents, place: number, visit: (run: number) => void): void {
  const from = starts[place] ?? 0;
  const to = starts[place + 1] ?? 0;
  if (to - from <= RUN) visit(runHash(words, from, to));
  else for (let at = from; at + RUN <= to; at++) visit(runHash(words, at, at + RUN));
}
