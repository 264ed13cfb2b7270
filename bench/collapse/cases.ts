import { createHash } from "node:crypto";
import { seededRandom, shuffledIndices } from "../../collapse/numerics/random.ts";
import { DATASETS } from "./datasets.ts";
import { VARIANTS, type Variant } from "./variants.ts";

/** One case of the benchmark: everything that it is made of. */
export interface BenchCase {
  readonly dataset: string;
  readonly variant: Variant;
  /** Rows that the generator saw. */
  readonly size: number;
  readonly seed: number;
}

const SIZES = [1000, 3000] as const;
/** The smaller set has too few rows for more than its first size. */
const SMALL_DATASETS = new Set(["wine-quality"]);
const SEEDS = [1, 2] as const;
/** Real rows and benign shifts come with more seeds: their rate of false alarms wants many. */
const BENIGN_SEEDS = [1, 2, 3, 4] as const;
/** Families that want something of a data set: rare categories, or a target of classes. */
const ONLY_FOR: ReadonlyMap<string, readonly string[]> = new Map([
  ["rare_category", ["adult", "california-housing", "diamonds", "credit-default"]],
  ["group_shrink", ["adult", "credit-default", "magic-telescope"]],
]);

/**
 * Every case, seed by seed, small sizes before large ones, shuffled within: the first N of them are a fair sample of
 * data sets and families that needs few worlds.
 */
export function benchCases(): BenchCase[] {
  const cases = DATASETS.flatMap((dataset) =>
    VARIANTS.filter(({ family }) => ONLY_FOR.get(family)?.includes(dataset) !== false).flatMap((variant) =>
      SIZES.filter((size) => size === SIZES[0] || !SMALL_DATASETS.has(dataset)).flatMap((size) =>
        (variant.isBenign ? BENIGN_SEEDS : SEEDS).map((seed) => ({ dataset, variant, size, seed })),
      ),
    ),
  );
  const shuffled = Array.from(shuffledIndices(cases.length, seededRandom(1, "cases"))).flatMap(
    (at) => cases[at] ?? [],
  );
  return shuffled.sort((left, right) => left.seed - right.seed || left.size - right.size);
}

/** Names a case in the file of labels; it changes whenever the case or the way of labeling does. */
export function caseHash({ dataset, variant, size, seed }: BenchCase, labelVersion: number): string {
  const text = JSON.stringify([labelVersion, dataset, variant.name, size, seed]);
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
