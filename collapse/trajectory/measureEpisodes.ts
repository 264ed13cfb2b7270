import type { Dimension, MetricKey } from "../contracts/metrics.ts";
import type { Draws } from "../evidence/measureDraws.ts";
import { type Random, seededRandom, shuffledIndices } from "../numerics/random.ts";
import { describeEpisode, EPISODE_NUMBERS } from "./describeEpisode.ts";
import type { Episode } from "./keepEpisodes.ts";
import { type PathDistances, pathDistances } from "./pathDistances.ts";

/** Episodes of either table that are compared. */
const MOST_EPISODES = 400;
const DIMENSIONS: readonly Dimension[] = [
  "distribution_fidelity",
  "spectral_coherence",
  "spectral_coherence",
  "distribution_fidelity",
  "statistical_consistency",
  "statistical_consistency",
];
/** Of each number its shift and its spread; of all paths how far they lie from their mean, and from each other. */
const METRICS = 2 * EPISODE_NUMBERS.length + 2;

/** Episodes as numbers, and how far their paths are apart. */
interface Described {
  readonly numbers: readonly (readonly number[])[];
  readonly paths: PathDistances;
}

/**
 * How episodes differ as wholes. Of each of their six numbers `episode_shift`, the difference of the means in the
 * reference's standard deviations, and `episode_spread`, the log ratio of the standard deviations; of their paths of
 * actions, brought to one length, `episode_variance`, the log ratio of the mean squared distance from the mean path,
 * and `nearest_episode`, that of the median distance to the nearest episode of the same set. Null: the reference's
 * episodes against others of it.
 */
export function measureEpisodes(
  episodes: { readonly reference: readonly Episode[]; readonly candidate: readonly Episode[] },
  spreads: Float64Array,
  counts: { readonly nulls: number; readonly candidates: number },
  seed: number,
): Draws {
  const random = seededRandom(seed, "episodes");
  const reference = described(some(episodes.reference, random), spreads);
  const candidate = described(some(episodes.candidate, random), spreads);
  const usual = EPISODE_NUMBERS.map((_, number) => sdOf(valuesOf(reference, allOf(reference), number)));
  const side = Math.min(candidate.numbers.length, Math.floor(reference.numbers.length / 2));
  const draw = (of: Described): Uint32Array => shuffledIndices(of.numbers.length, random);
  const nulls = new Float64Array(counts.nulls * METRICS);
  const candidates = new Float64Array(counts.candidates * METRICS);
  for (let at = 0; at < counts.nulls; at++) {
    const order = draw(reference);
    const [left, right] = [order.subarray(0, side), order.subarray(side, 2 * side)];
    write(sideOf(reference, left), sideOf(reference, right), usual, nulls, at * METRICS);
  }
  for (let at = 0; at < counts.candidates; at++) {
    const left = sideOf(reference, draw(reference).subarray(0, side));
    write(left, sideOf(candidate, draw(candidate).subarray(0, side)), usual, candidates, at * METRICS);
  }
  const floor = Math.sqrt(2 / Math.max(2, side));
  return { keys: keysOf(), nulls, candidates, floors: new Float64Array(METRICS).fill(floor / 2) };
}

function keysOf(): readonly MetricKey[] {
  const key = (dimension: Dimension, metric: string, subject: string | null): MetricKey => ({
    dimension,
    metric,
    subject,
    inEvidence: true,
  });
  return [
    ...EPISODE_NUMBERS.flatMap((name, number) => {
      const dimension = DIMENSIONS[number] ?? "distribution_fidelity";
      return [
        key(dimension, "episode_shift", `episode: ${name}`),
        key(dimension, "episode_spread", `episode: ${name}`),
      ];
    }),
    key("entropy_stability", "episode_variance", null),
    key("generalization_gap", "nearest_episode", null),
  ];
}

const some = (episodes: readonly Episode[], random: Random): readonly Episode[] =>
  episodes.length <= MOST_EPISODES
    ? episodes
    : Array.from(shuffledIndices(episodes.length, random).subarray(0, MOST_EPISODES).sort()).flatMap(
        (index) => episodes[index] ?? [],
      );

const described = (episodes: readonly Episode[], spreads: Float64Array): Described => ({
  numbers: episodes.map((episode) => describeEpisode(episode, spreads)),
  paths: pathDistances(episodes, spreads),
});

/** What is compared of some episodes. */
interface SideNumbers {
  readonly means: readonly number[];
  readonly sds: readonly number[];
  readonly variance: number;
  readonly nearest: number;
}

function sideOf(of: Described, chosen: Uint32Array): SideNumbers {
  const values = EPISODE_NUMBERS.map((_, number) => valuesOf(of, chosen, number));
  return {
    means: values.map(meanOf),
    sds: values.map(sdOf),
    variance: of.paths.variance(chosen),
    nearest: of.paths.nearest(chosen),
  };
}

function write(
  left: SideNumbers,
  right: SideNumbers,
  usual: readonly number[],
  into: Float64Array,
  offset: number,
): void {
  EPISODE_NUMBERS.forEach((_, number) => {
    // What never differs in the reference is measured in its own units.
    const unit = (usual[number] ?? 0) > 1e-9 ? (usual[number] ?? 1) : 1;
    into[offset + 2 * number] =
      ((right.means[number] ?? Number.NaN) - (left.means[number] ?? Number.NaN)) / unit;
    into[offset + 2 * number + 1] = logRatio(right.sds[number], left.sds[number]);
  });
  into[offset + METRICS - 2] = logRatio(right.variance, left.variance);
  into[offset + METRICS - 1] = logRatio(right.nearest, left.nearest);
}

/** Nothing over nothing is no change; nothing over something is a thousandth of it. */
function logRatio(right = Number.NaN, left = Number.NaN): number {
  if (right < 1e-9 && left < 1e-9) return 0;
  const ratio = Math.log(Math.max(right, 1e-9) / Math.max(left, 1e-9));
  return Math.max(-Math.log(1_000), Math.min(Math.log(1_000), ratio));
}

const allOf = ({ numbers }: Described): Uint32Array => Uint32Array.from(numbers.keys());

const valuesOf = ({ numbers }: Described, chosen: Uint32Array, number: number): Float64Array =>
  Float64Array.from(chosen, (episode) => numbers[episode]?.[number] ?? Number.NaN).filter(Number.isFinite);

const meanOf = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function sdOf(values: Float64Array): number {
  const mean = meanOf(values);
  return Math.sqrt(
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1),
  );
}
