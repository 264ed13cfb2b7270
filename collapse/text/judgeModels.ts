import type { Documents } from "./documents.ts";
import { tokensOf } from "./drawDocuments.ts";
import {
  type Judged,
  type NumberedDocuments,
  type Priors,
  surprisal,
  type TrigramCounts,
} from "./trigramModel.ts";

const TAIL_SHARE = 0.1;
const PRIORS = [0.5, 2, 8, 32, 128];

/** How surprised a model is on average, in nats per word: by all words, and by rare ones. */
export interface Surprise {
  readonly all: number;
  readonly tail: number;
}

/** Documents that judge models. */
export interface ModelJudge {
  surpriseOf(model: TrigramCounts): Surprise;
  /** Share of the judged couples of words that are nowhere in `elsewhere`, and that a model knows; half a couple added. */
  knownOf(model: TrigramCounts, elsewhere: TrigramCounts): number;
  readonly tailWords: number;
}

/**
 * The judge of the given documents. The tail is the tenth of their words that training documents have least often, of
 * those that these have at all. Priors are chosen on an example of real training, the same for all models.
 */
export function judgeOf(
  judging: {
    readonly documents: Documents;
    readonly grams: NumberedDocuments;
    readonly places: Uint32Array;
    readonly types: number;
  },
  real: { readonly train: TrigramCounts; readonly example: TrigramCounts },
): ModelJudge {
  const { grams, types } = judging;
  const judged = judgedWords(judging.documents, judging.places);
  const tail = rarestWords(judged, grams, real.train);
  const nats = new Float64Array(judged.places.length);
  const priors = choosePriors((some) => {
    surprisal(real.example, grams, judged, types, some, nats);
    return meanOf(nats);
  });
  return {
    tailWords: tail.length,
    surpriseOf: (model) => {
      surprisal(model, grams, judged, types, priors, nats);
      return {
        all: meanOf(nats),
        tail: tail.reduce((sum, index) => sum + (nats[index] ?? 0), 0) / Math.max(1, tail.length),
      };
    },
    knownOf: (model, elsewhere) => {
      let [rare, known] = [0.5, 0.5];
      for (let index = 0; index < judged.places.length; index++) {
        const pair = (judged.before[index] ?? 0) > 0 ? (grams[1]?.[judged.places[index] ?? 0] ?? 0) : 0;
        if (pair === 0 || (elsewhere.counts[1]?.[pair] ?? 0) > 0) continue;
        rare++;
        if ((model.counts[1]?.[pair] ?? 0) > 0) known++;
      }
      return known / rare;
    },
  };
}

function judgedWords(documents: Documents, judging: Uint32Array): Judged {
  const length = tokensOf(documents, judging);
  const places = new Uint32Array(length);
  const before = new Uint8Array(length);
  let index = 0;
  for (const place of judging) {
    const from = documents.starts[place] ?? 0;
    for (let at = from; at < (documents.starts[place + 1] ?? 0); at++) {
      places[index] = at;
      before[index++] = Math.min(2, at - from);
    }
  }
  return { places, before };
}

function rarestWords({ places }: Judged, [words]: NumberedDocuments, { counts }: TrigramCounts): Uint32Array {
  const countAt = (index: number): number => counts[0]?.[words?.[places[index] ?? 0] ?? 0] ?? 0;
  const known = Uint32Array.from({ length: places.length }, (_, index) => index).filter(
    (index) => countAt(index) > 0,
  );
  return known
    .sort((a, b) => countAt(a) - countAt(b) || a - b)
    .slice(0, Math.floor(TAIL_SHARE * known.length));
}

function choosePriors(surpriseBy: (priors: Priors) => number): Priors {
  let best: Priors = { pair: 8, triple: 8 };
  let least = Number.POSITIVE_INFINITY;
  for (const pair of PRIORS)
    for (const triple of PRIORS) {
      const surprise = surpriseBy({ pair, triple });
      if (surprise < least) [least, best] = [surprise, { pair, triple }];
    }
  return best;
}

const meanOf = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
