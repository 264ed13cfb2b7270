import type { Random } from "../../collapse/numerics/random.ts";
import { covariateShift, floatRoundTrip, missingAtRandom } from "./generators/benignShifts.ts";
import { bootstrapRecursion } from "./generators/bootstrapRecursion.ts";
import { chainedTrees } from "./generators/chainedTrees.ts";
import { copulaRecursion } from "./generators/copulaRecursion.ts";
import { duplicateFlood } from "./generators/duplicateFlood.ts";
import { independentMarginals } from "./generators/independentMarginals.ts";
import { kdeRecursion } from "./generators/kdeRecursion.ts";
import { labelFlip } from "./generators/labelFlip.ts";
import { leastDenseDrop } from "./generators/leastDenseDrop.ts";
import { mixtureRecursion } from "./generators/mixtureRecursion.ts";
import { mixtureWithReal } from "./generators/mixtureWithReal.ts";
import { modeDrop } from "./generators/modeDrop.ts";
import { noise } from "./generators/noise.ts";
import { rareCategoryDrop } from "./generators/rareCategoryDrop.ts";
import { rounding } from "./generators/rounding.ts";
import { shrink } from "./generators/shrink.ts";
import { tailCut } from "./generators/tailCut.ts";
import type { BenchTable } from "./table.ts";
import type { World } from "./world.ts";

/** A generator with its parameters. */
export interface Variant {
  readonly family: string;
  readonly name: string;
  /** Real rows, or changes that no detector may flag. */
  readonly isBenign: boolean;
  readonly make: (world: World, random: Random) => BenchTable;
}

type Make = Variant["make"];

const of = <Parameter>(
  family: string,
  parameters: readonly Parameter[],
  make: (parameter: Parameter) => Make,
  isBenign = false,
): Variant[] =>
  parameters.map((parameter) => ({
    family,
    name: `${family} ${JSON.stringify(parameter).replaceAll('"', "")}`,
    isBenign,
    make: make(parameter),
  }));

const mixed =
  (parent: Make, realShare: number): Make =>
  (world, random) => {
    const synthetic = parent(world, random);
    return mixtureWithReal(synthetic, { real: world.seen, realShare }, random);
  };

const copula: Make = (world, random) => copulaRecursion(world.seen, { generations: 5 }, random);
const goodTrees: Make = (world, random) => chainedTrees(world.seen, { depth: 12, minLeaf: 5 }, random);

/** All that the benchmark makes, family by family (the parameters are severities). */
export const VARIANTS: readonly Variant[] = [
  of(
    "bootstrap",
    [1, 3, 10],
    (generations) => (world, random) => bootstrapRecursion(world.seen, { generations }, random),
  ),
  of(
    "gaussian_mixture",
    [
      [3, 1],
      [10, 1],
      [30, 1],
      [10, 5],
      [10, 10],
    ] as const,
    ([components, generations]) =>
      (world, random) =>
        mixtureRecursion(world.seen, { components, generations }, random),
  ),
  of(
    "kernel_density",
    [
      [0.05, 1],
      [0.2, 1],
      [1, 1],
      [0.2, 10],
      [1, 10],
    ] as const,
    ([bandwidth, generations]) =>
      (world, random) =>
        kdeRecursion(world.seen, { bandwidth, generations }, random),
  ),
  of(
    "copula",
    [1, 5, 20],
    (generations) => (world, random) => copulaRecursion(world.seen, { generations }, random),
  ),
  of(
    "independent",
    [0.05, 0.2, 0.5, 1],
    (share) => (world, random) => independentMarginals(world.seen, { share }, random),
  ),
  of(
    "tail_cut",
    [0.0005, 0.0025, 0.01, 0.05],
    (share) =>
      ({ seen }) =>
        tailCut(seen, { share }),
  ),
  of(
    "least_dense",
    [0.01, 0.05, 0.1],
    (share) =>
      ({ seen }) =>
        leastDenseDrop(seen, { share }),
  ),
  of(
    "mode_drop",
    [1, 3, 6],
    (dropped) => (world, random) => modeDrop(world.seen, { clusters: 20, dropped }, random),
  ),
  of(
    "rare_category",
    [0.001, 0.005, 0.02],
    (below) =>
      ({ seen }) =>
        rareCategoryDrop(seen, { below }),
  ),
  of(
    "shrink",
    [0.98, 0.9, 0.5],
    (factor) =>
      ({ seen }) =>
        shrink(seen, { factor }),
  ),
  of(
    "group_shrink",
    [0.9, 0.5],
    (factor) =>
      ({ seen, dataset }) =>
        shrink(seen, { factor, group: dataset.target }),
  ),
  of(
    "duplicates",
    [
      [0.01, 3, 0],
      [0.05, 3, 0],
      [0.2, 100, 0],
      [0.5, 20, 0],
      [0.2, 20, 0.001],
    ] as const,
    ([share, sources, jitter]) =>
      (world, random) =>
        duplicateFlood(world.seen, { share, sources, jitter }, random),
  ),
  of("noise", [0.02, 0.1, 0.3, 1], (scale) => (world, random) => noise(world.seen, { scale }, random)),
  of(
    "rounding",
    [2, 4, 16],
    (levels) =>
      ({ seen }) =>
        rounding(seen, { levels }),
  ),
  of(
    "label_flip",
    [0.01, 0.05, 0.2, 0.4],
    (share) =>
      ({ seen, dataset }, random) =>
        labelFlip(seen, { share, target: dataset.target }, random),
  ),
  of(
    "chained_trees",
    [
      [2, 20],
      [4, 20],
      [8, 10],
      [12, 5],
    ] as const,
    ([depth, minLeaf]) =>
      (world, random) =>
        chainedTrees(world.seen, { depth, minLeaf }, random),
  ),
  of("copula_mixed", [0.1, 0.5, 0.9, 0.99], (realShare) => mixed(copula, realShare)),
  of("trees_mixed", [0.1, 0.5, 0.9], (realShare) => mixed(goodTrees, realShare)),
  of(
    "real",
    ["fresh"],
    () =>
      ({ other }) =>
        other,
    true,
  ),
  of(
    "covariate_shift",
    [1.2, 1.5],
    (factor) => (world, random) => covariateShift(world.other, { factor }, random),
    true,
  ),
  of(
    "float32",
    ["fresh"],
    () =>
      ({ other }) =>
        floatRoundTrip(other),
    true,
  ),
  of(
    "missing",
    [0.005, 0.02],
    (share) => (world, random) => missingAtRandom(world.other, { share }, random),
    true,
  ),
].flat();
