import { stringHash } from "../encode/rowHash.ts";
import { pairHash, runHash } from "./wordHash.ts";

/** Documents in the order of their table, word by word. */
export interface Documents {
  readonly count: number;
  /** The words of document d stand from `starts[d]` up to `starts[d + 1]`. */
  readonly starts: Uint32Array;
  readonly words: Uint32Array;
  /** Documents of one group are never parted; without groups, only copies of each other share one. */
  readonly groups: Uint32Array;
}

/** Kept of a table at most: what does not fit is left out by its hash. */
const MOST_TOKENS = 1_000_000;
/** Read of one document, that none fills the table. */
const MOST_OF_ONE = 50_000;

/** What a document belongs to: what its group is called, else its own words, so that copies stay together. */
export const groupHash = (words: Uint32Array, group: string | null): number =>
  group === null ? runHash(words, 0, words.length) : stringHash(group, 0);

export interface DocumentKeeper {
  /** `hash`: from 0 up to 2^32; documents of the least hashes are kept. */
  add(words: Uint32Array, group: number, hash: number): void;
  documents(): Documents;
}

/** Keeps documents, of up to a million words; which are kept depends on the hashes alone. */
export function keepDocuments(mostTokens = MOST_TOKENS): DocumentKeeper {
  let kept: { readonly words: Uint32Array; readonly group: number; readonly hash: number }[] = [];
  let below = 2 ** 32;
  let tokens = 0;
  return {
    add: (words, group, hash) => {
      if (hash >= below || words.length === 0) return;
      const some = words.slice(0, MOST_OF_ONE);
      kept.push({ words: some, group, hash });
      tokens += some.length;
      while (tokens > mostTokens && below > 1) {
        below /= 2;
        kept = kept.filter((document) => document.hash < below);
        tokens = kept.reduce((sum, document) => sum + document.words.length, 0);
      }
    },
    documents: () => laid(kept),
  };
}

function laid(kept: readonly { readonly words: Uint32Array; readonly group: number }[]): Documents {
  const starts = new Uint32Array(kept.length + 1);
  kept.forEach(({ words }, index) => {
    starts[index + 1] = (starts[index] ?? 0) + words.length;
  });
  const words = new Uint32Array(starts[kept.length] ?? 0);
  kept.forEach((document, index) => {
    words.set(document.words, starts[index]);
  });
  return { count: kept.length, starts, words, groups: Uint32Array.from(kept, ({ group }) => group) };
}

/** Whether a group is of the reference's second half: a bit of its hash that nothing else reads. */
export const isSecondHalf = (group: number): boolean => (pairHash(group, 0x1b873593) & 1) === 1;
