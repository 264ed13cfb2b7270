import type { MetricKey } from "../contracts/metrics.ts";
import type { Draws } from "../evidence/measureDraws.ts";
import { mixed, seededRandom } from "../numerics/random.ts";
import type { Documents } from "./documents.ts";
import { allPlaces, documentDrawer, type Span, tokensOf } from "./drawDocuments.ts";
import { documentAxes, vendiScore } from "./vendiScore.ts";
import { pairHash } from "./wordHash.ts";

const ORDERS = 4;
const MOST_TOKENS = 20_000;
const SLOTS = 2 ** 18;
const METRICS = ["distinct_1", "distinct_2", "distinct_3", "distinct_4", "word_hapaxes", "vendi_score"];

/**
 * How varied texts are, of as many words on both sides (never of more against fewer): log ratios of the numbers of
 * different words, pairs, triples and runs of four (Li and others 2016), of words that stand once, and of the Vendi
 * score, exp(entropy of the eigenvalues of the documents' cosine similarities) (Friedman and Dieng 2023), in 24 hashed
 * axes. Null: the reference's documents against others of it, groups whole.
 */
export function measureDiversity(
  texts: { readonly reference: Documents; readonly candidate: Documents },
  counts: { readonly nulls: number; readonly candidates: number },
  seed: number,
): Draws {
  const { reference, candidate } = texts;
  const budget = Math.min(
    tokensOf(candidate, allPlaces(candidate)),
    Math.floor(tokensOf(reference, allPlaces(reference)) / 2),
    MOST_TOKENS,
  );
  const random = seededRandom(seed, "diversity");
  const real = varietyOf(reference);
  const other = varietyOf(candidate);
  const drawReal = documentDrawer(reference, allPlaces(reference), random);
  const drawCandidate = documentDrawer(candidate, allPlaces(candidate), random);
  const nulls = new Float64Array(counts.nulls * METRICS.length);
  const candidates = new Float64Array(counts.candidates * METRICS.length);
  for (let draw = 0; draw < counts.nulls; draw++) {
    const [left = [], right = []] = drawReal.draw([budget, budget]);
    writeRatios(real(left), real(right), nulls, draw * METRICS.length);
  }
  for (let draw = 0; draw < counts.candidates; draw++) {
    const [left = []] = drawReal.draw([budget]);
    const [right = []] = drawCandidate.draw([budget]);
    writeRatios(real(left), other(right), candidates, draw * METRICS.length);
  }
  return {
    keys: METRICS.map(keyOf),
    nulls,
    candidates,
    floors: floorsOf(real, drawReal.draw([budget])[0] ?? []),
  };
}

const keyOf = (metric: string): MetricKey => ({
  dimension: "entropy_stability",
  metric,
  subject: null,
  inEvidence: true,
});

function writeRatios(left: Float64Array, right: Float64Array, into: Float64Array, offset: number): void {
  left.forEach((value, index) => {
    const ratio = Math.log((right[index] ?? 0) / value);
    into[offset + index] = Number.isFinite(ratio) ? ratio : Number.NaN;
  });
}

/** A count has at least the deviation of its root, on both sides. */
function floorsOf(variety: (spans: readonly Span[]) => Float64Array, spans: readonly Span[]): Float64Array {
  return variety(spans).map((value, index) => {
    const size = index === METRICS.length - 1 ? spans.length : value;
    return Math.sqrt(2 / Math.max(2, size)) / 2;
  });
}

/** Prepares the counts of different runs in some of the documents' words. */
function varietyOf(documents: Documents): (spans: readonly Span[]) => Float64Array {
  const runs = hashedRuns(documents);
  const axes = documentAxes(documents);
  const stamps = new Uint32Array(SLOTS);
  const once = new Uint32Array(SLOTS);
  let stamp = 0;
  return (spans) => {
    const values = new Float64Array(METRICS.length);
    for (let order = 0; order < ORDERS; order++) {
      const hashes = runs[order] ?? new Uint32Array(0);
      stamp++;
      let [distinct, repeated] = [0, 0];
      for (const { from, to } of spans)
        for (let at = from + order; at < to; at++) {
          const slot = hashes[at] ?? 0;
          if (stamps[slot] !== stamp) {
            stamps[slot] = stamp;
            distinct++;
          } else if (order === 0 && once[slot] !== stamp) {
            once[slot] = stamp;
            repeated++;
          }
        }
      values[order] = distinct;
      if (order === 0) values[ORDERS] = distinct - repeated;
    }
    values[ORDERS + 1] = vendiScore(spans, axes);
    return values;
  };
}

/** Of each order the slot of the run that ends at each word. */
function hashedRuns({ words, starts, count }: Documents): readonly Uint32Array[] {
  return Array.from({ length: ORDERS }, (_, order) => {
    const hashes = new Uint32Array(words.length);
    for (let document = 0; document < count; document++)
      for (let at = (starts[document] ?? 0) + order; at < (starts[document + 1] ?? 0); at++) {
        let hash = words[at - order] ?? 0;
        for (let next = at - order + 1; next <= at; next++) hash = pairHash(hash, words[next] ?? 0);
        hashes[at] = mixed(hash) & (SLOTS - 1);
      }
    return hashes;
  });
}
