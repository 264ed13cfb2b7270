import { seededRandom } from "../numerics/random.ts";
import type { Documents } from "./documents.ts";
import { allPlaces, documentDrawer, type Span, tokensOf } from "./drawDocuments.ts";
import { judgeOf, type ModelJudge, type Surprise } from "./judgeModels.ts";
import { numberGrams } from "./numberGrams.ts";
import { purgeDocuments } from "./purgeDocuments.ts";
import { splitDocuments } from "./splitDocuments.ts";
import { countTrigrams, lessen, type TrigramCounts } from "./trigramModel.ts";

const MOST_TRAINED = 100_000;
const LEAST_TRAINED = 2_000;

/** What pairs of trained models said, as differences of surprise in nats per word, one of each pair. */
export interface Compared {
  /** Real training against other real training. */
  readonly null: readonly Surprise[];
  /** The candidate against real training. */
  readonly candidate: readonly Surprise[];
  /** Log of how much more than other real words a side knows of what is rare in the judging documents. */
  readonly nullKnown: readonly number[];
  readonly candidateKnown: readonly number[];
  readonly copies: { readonly ofCandidate: number; readonly ofReference: number };
  readonly trainedDocuments: number;
  readonly tailWords: number;
}

/**
 * Trains pairs of models on one half of the reference and on the candidate, on as many words each, and judges all by
 * the reference's other half. Null where there are too few words.
 */
export function compareModels(
  { reference, candidate }: { readonly reference: Documents; readonly candidate: Documents },
  options: { readonly seed: number; readonly pairs: number; readonly fold: 0 | 1 },
): Compared | null {
  const split = splitDocuments(reference, options.fold, options.seed);
  const all = allPlaces(candidate);
  const purged = purgeDocuments(reference, candidate, { ...split, candidate: all });
  const budget = Math.min(
    tokensOf(candidate, purged.candidate),
    Math.floor(tokensOf(reference, purged.train) / 2),
    MOST_TRAINED,
  );
  if (budget < LEAST_TRAINED || split.test.length === 0) return null;
  const grams = numberGrams(reference, split.test);
  const real = grams.number(reference);
  const other = grams.number(candidate);
  const ofReal = (spans: readonly Span[]): TrigramCounts => countTrigrams(real, grams.sizes, spans);
  const ofOther = (spans: readonly Span[]): TrigramCounts => countTrigrams(other, grams.sizes, spans);
  const random = seededRandom(options.seed, `text pairs ${options.fold}`);
  const drawReal = documentDrawer(reference, purged.train, random);
  const drawCandidate = documentDrawer(candidate, purged.candidate, random);
  const rest = lessen(
    ofReal(spansAt(reference, allPlaces(reference))),
    ofReal(spansAt(reference, split.test)),
  );
  const drawn = Array.from({ length: options.pairs }, () => {
    const [left = [], right = []] = drawReal.draw([budget, budget]);
    return { left, right, candidate: drawCandidate.draw([budget])[0] ?? [] };
  });
  const judge = judgeOf(
    { documents: reference, grams: real, places: split.test, types: grams.sizes[0] ?? 1 },
    { train: ofReal(spansAt(reference, purged.train)), example: ofReal(drawn[0]?.left ?? []) },
  );
  const pairs = drawn.map((spans) =>
    comparePair(judge, ofReal(spans.left), ofReal(spans.right), ofOther(spans.candidate), rest),
  );
  return {
    null: pairs.map((pair) => pair.null),
    candidate: pairs.map((pair) => pair.candidate),
    nullKnown: pairs.map((pair) => pair.nullKnown),
    candidateKnown: pairs.map((pair) => pair.candidateKnown),
    copies: {
      ofCandidate: all.length - purged.candidate.length,
      ofReference: split.train.length - purged.train.length,
    },
    trainedDocuments: drawn[0]?.left.length ?? 0,
    tailWords: judge.tailWords,
  };
}

function comparePair(
  judge: ModelJudge,
  left: TrigramCounts,
  right: TrigramCounts,
  candidate: TrigramCounts,
  rest: TrigramCounts,
) {
  const base = judge.surpriseOf(left);
  const against = ({ all, tail }: Surprise): Surprise => ({ all: all - base.all, tail: tail - base.tail });
  // What neither side trains on and still knows was not taken from the judging documents.
  const elsewhere = lessen(lessen(rest, left), right);
  const known = judge.knownOf(left, elsewhere);
  return {
    null: against(judge.surpriseOf(right)),
    candidate: against(judge.surpriseOf(candidate)),
    nullKnown: Math.log(judge.knownOf(right, elsewhere) / known),
    candidateKnown: Math.log(judge.knownOf(candidate, elsewhere) / known),
  };
}

const spansAt = ({ starts }: Documents, places: Uint32Array): readonly Span[] =>
  Array.from(places, (place) => ({ from: starts[place] ?? 0, to: starts[place + 1] ?? 0 }));
