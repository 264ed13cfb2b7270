import type { HarmChannel, HarmResult } from "../contracts/harm.ts";
import { NULL_SDS_IN_MARGIN } from "../harm/channelOf.ts";
import { doubled } from "../harm/doubled.ts";
import type { Judge, JudgedHarm } from "../viewOf.ts";
import { DOCUMENT_AXES, DOCUMENT_NUMBERS } from "./describeDocument.ts";
import type { Documents } from "./documents.ts";
import { measureDiversity } from "./measureDiversity.ts";
import { measureTextHarm } from "./measureTextHarm.ts";

const LEAST_DOCUMENTS = 60;
const LEAST_TOKENS = 5_000;

const SEEN =
  "Whoever wrote the candidate has seen the reference's documents: it knows more of them than other real documents do, so that they cannot tell what a model of prediction loses. Give documents that it has not seen as the reference.";

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
    doubted: [],
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
): JudgedHarm {
  const { channels, copies, trainedDocuments, hasSeen } = measureTextHarm(texts, options);
  const columns = DOCUMENT_NUMBERS.length + DOCUMENT_AXES;
  const words = texts.reference.words.length / Math.max(1, texts.reference.count);
  const perWord = columns / Math.min(columns, Math.max(DOCUMENT_NUMBERS.length, words));
  const harm = {
    channels: [
      ...channels,
      ...ofTable.channels
        .filter(({ purpose }) => purpose === "generative")
        .map((channel) => doubled(scaled(channel, perWord))),
    ],
    copies,
    trainedRows: trainedDocuments,
    testedRows: texts.reference.count,
  };
  return { harm, notes: hasSeen ? [SEEN] : [] };
}

/**
 * Nats per column are asked for. A text's columns are its words: of a text of fewer than the 44 numbers that describe
 * it, the nats of these are those of so many words, of at least 12.
 */
function scaled(channel: HarmChannel, by: number): HarmChannel {
  const { value, low, high, nullHigh, nullSd, margin } = channel;
  const isWide = by * nullSd > margin / NULL_SDS_IN_MARGIN;
  return {
    ...channel,
    value: by * value,
    low: by * low,
    high: by * high,
    nullHigh: by * nullHigh,
    nullSd: by * nullSd,
    eligible: channel.eligible && !isWide,
    rowsNeeded: channel.rowsNeeded === null ? null : Math.ceil(by ** 2 * channel.rowsNeeded),
  };
}
