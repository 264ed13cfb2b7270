import type { Evidence } from "../evidence/measureEvidence.ts";
import { type Cut, explains, findCut } from "./calibrate.ts";
import { countCopies } from "./countCopies.ts";
import { learnCrowding } from "./learnCrowding.ts";
import { learnDiscriminator } from "./learnDiscriminator.ts";
import { learnJoint } from "./learnJoint.ts";
import { learnShrinkage } from "./learnShrinkage.ts";
import { planWays } from "./planWays.ts";
import type { LocalizeTables, RowScores, Way } from "./rowScores.ts";

/**
 * Looks for rows in the ways that the evidence points to, one after the other, until one finds some; a discriminator,
 * where it is one of them, may still find more. Where none finds any, all other ways are tried. Of two the one that
 * finds more is right, for all are held to one rate. Where none finds any, the scores are those of the last.
 */
export function searchRows(
  tables: LocalizeTables,
  evidence: Pick<Evidence, "measured" | "p">,
  seed: number,
): Found {
  const { likely, others } = planWays(evidence);
  let best: Found | null = null;
  let discriminator: Found | null = null;
  const tryWay = (way: Way): void => {
    const found = searchBy(way, tables, seed);
    if (way === "discriminator") discriminator = found;
    best = moreOf(best, found);
  };
  for (const way of likely) {
    const isFound = flaggedOf(best) > 0;
    if (isFound && (way !== "discriminator" || wayOf(best) === "copies")) continue;
    tryWay(way);
  }
  if (flaggedOf(best) === 0) for (const way of others) tryWay(way);
  return held(best, discriminator);
}

const flaggedOf = (found: Found | null): number => found?.cut.flagged ?? 0;
const wayOf = (found: Found | null): Way | undefined => found?.scores.way;

/** What was found, if it is a quarter of what a discriminator, where one was tried, can tell. */
function held(best: Found | null, discriminator: Found | null): Found {
  if (best === null) throw new Error("There is always a way to look for rows.");
  if (best.cut.flagged === 0 || discriminator === null || best.scores.way === "copies") return best;
  const { sample, calibration } = discriminator.scores;
  const share = { ...best.cut, flagged: (best.cut.flagged * sample.length) / best.scores.sample.length };
  return explains(share, sample, calibration) ? best : { ...discriminator, cut: NONE };
}

function searchBy(way: Way, tables: LocalizeTables, seed: number): Found {
  const scores = scoreRowsBy(way, tables, seed);
  const cut = findCut(scores.sample, scores.calibration);
  return explains(cut, scores.sample, scores.calibration) ? { scores, cut } : { scores, cut: NONE };
}

const moreOf = (one: Found | null, other: Found): Found =>
  one !== null && one.cut.flagged > other.cut.flagged ? one : other;

const NONE: Cut = { score: Number.POSITIVE_INFINITY, p: 1, flagged: 0 };

/** What a way of looking says of the sampled rows, and from which score on rows are flagged. */
interface Found {
  readonly scores: RowScores;
  readonly cut: Cut;
}

const LEARNED = {
  crowding: learnCrowding,
  shrinkage: learnShrinkage,
  joint: learnJoint,
  discriminator: learnDiscriminator,
} as const satisfies Record<Exclude<Way, "copies">, (tables: LocalizeTables, seed: number) => RowScores>;

/** Scores by one way of looking: of all sampled rows, and what scores the others. */
export const scoreRowsBy = (way: Way, tables: LocalizeTables, seed: number): RowScores =>
  way === "copies" ? countCopies(tables) : LEARNED[way](tables, seed);
