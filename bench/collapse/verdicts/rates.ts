import { seededRandom } from "../../../collapse/numerics/random.ts";
import { clopperPearson, type Interval } from "./clopperPearson.ts";

/** A case as labeled and as judged, for one purpose, by one judge. */
export interface Outcome {
  readonly dataset: string;
  readonly family: string;
  readonly size: number;
  readonly label: "collapsed" | "healthy";
  /** What is neither is undecided. */
  readonly verdict: "collapsed" | "healthy" | "undecided";
}

/** How many of some cases, with a 95 % interval for independent cases and one for cases clustered by data set. */
export interface Rate {
  readonly hits: number;
  readonly cases: number;
  readonly exact: Interval;
  /** Null where all cases come of one data set. */
  readonly clustered: Interval | null;
  /** The family with the greatest rate. */
  readonly worst: { readonly family: string; readonly hits: number; readonly cases: number } | null;
}

const CONFIDENCE = 0.95;
const RESAMPLES = 2000;

/** Rate of what `isHit` says yes to among the outcomes. */
export function rateOf(outcomes: readonly Outcome[], isHit: (outcome: Outcome) => boolean): Rate {
  const hits = outcomes.filter(isHit).length;
  return {
    hits,
    cases: outcomes.length,
    exact: clopperPearson(hits, outcomes.length, CONFIDENCE),
    clustered: clusteredInterval(tally(outcomes, isHit, ({ dataset }) => dataset)),
    worst: worstOf(tally(outcomes, isHit, ({ family }) => family)),
  };
}

type Tally = ReadonlyMap<string, { hits: number; cases: number }>;

function tally(
  outcomes: readonly Outcome[],
  isHit: (outcome: Outcome) => boolean,
  keyOf: (outcome: Outcome) => string,
): Tally {
  const tallies = new Map<string, { hits: number; cases: number }>();
  for (const outcome of outcomes) {
    const own = tallies.get(keyOf(outcome)) ?? { hits: 0, cases: 0 };
    own.cases++;
    if (isHit(outcome)) own.hits++;
    tallies.set(keyOf(outcome), own);
  }
  return tallies;
}

/** Percentiles of the rate over data sets drawn with replacement (Efron 1979, whole clusters). */
function clusteredInterval(datasets: Tally): Interval | null {
  const clusters = [...datasets.values()];
  if (clusters.length < 2) return null;
  const random = seededRandom(1, "clusters");
  const rates = Float64Array.from({ length: RESAMPLES }, () => {
    let hits = 0;
    let cases = 0;
    for (let drawn = 0; drawn < clusters.length; drawn++) {
      const cluster = clusters[random.whole(clusters.length)];
      hits += cluster?.hits ?? 0;
      cases += cluster?.cases ?? 0;
    }
    return hits / cases;
  }).sort();
  const tail = (1 - CONFIDENCE) / 2;
  return {
    low: rates[Math.floor(tail * RESAMPLES)] ?? 0,
    high: rates[Math.ceil((1 - tail) * RESAMPLES) - 1] ?? 1,
  };
}

function worstOf(families: Tally): Rate["worst"] {
  const worst = [...families]
    .map(([family, { hits, cases }]) => ({ family, hits, cases }))
    .filter(({ hits }) => hits > 0)
    .sort((left, right) => right.hits / right.cases - left.hits / left.cases || right.cases - left.cases);
  return worst[0] ?? null;
}
