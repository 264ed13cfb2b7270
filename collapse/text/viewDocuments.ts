import type { HarmResult } from "../contracts/harm.ts";
import type { Judge } from "../viewOf.ts";
import type { Documents } from "./documents.ts";
import { doubled, measureTextHarm } from "./measureTextHarm.ts";
import { measureDiversity } from "./measureDiversity.ts";

const LEAST_DOCUMENTS = 60;
const LEAST_TOKENS = 5_000;

/** Documents: how varied their words are, and what a language model loses by learning them. */
export function viewDocuments(
  texts: { readonly reference: Documents; readonly candidate: Documents },
  seed: number,
): Judge {
  const words = Math.min(texts.reference.words.length, texts.candidate.words.length);
  return {
    unit: "document",
    // Of too few words no number of documents is enough.
    leastRows: words < LEAST_TOKENS ? Number.POSITIVE_INFINITY : LEAST_DOCUMENTS,
    drawMore: (counts) => [measureDiversity(texts, counts, seed)],
    judgeHarm: (ofTable, pairs) => judgeHarm(ofTable, texts, { seed, pairs }),
    notes: [
      "The unit is the document; evidence: proxy_only. The harm of prediction is that to a trigram model of words, measured on unseen documents of the reference, that of generation is the table of the documents' numbers; intervals count twice.",
    ],
  };
}

function judgeHarm(
  ofTable: HarmResult,
  texts: { readonly reference: Documents; readonly candidate: Documents },
  options: { readonly seed: number; readonly pairs: number },
): HarmResult {
  const { channels, copies, trainedDocuments, testedDocuments } = measureTextHarm(texts, options);
  return {
    channels: [...channels, ...ofTable.channels.filter(({ purpose }) => purpose === "generative").map(doubled)],
    copies,
    trainedRows: trainedDocuments,
    testedRows: testedDocuments,
  };
}
