import type { Aggregate, DigestCounts } from "../contracts/aggregates.ts";
import { duplicatesOf, uniteDigests } from "./digestCounts.ts";

const NOTHING: DigestCounts = { share: 1, digests: new Float64Array(0), rows: new Float64Array(0) };

/**
 * The statistics of the union of disjoint sets of rows. Counts add up; co-moments join by the deviations of the sets'
 * means (Chan, Golub and LeVeque 1983), in the order given; duplicates are counted anew of the joined digests.
 */
export function sumOf(aggregates: readonly Aggregate[]): Aggregate {
  const present = aggregates.filter(({ rows }) => rows > 0);
  const rows = present.reduce((sum, aggregate) => sum + aggregate.rows, 0);
  const [first] = aggregates;
  const digests = unitedDigests(present.map((aggregate) => aggregate.digests));
  return {
    rows,
    counts: (first?.counts ?? []).map((zero, index) =>
      added(present, (one) => one.counts[index] ?? zero, zero),
    ),
    pairs: (first?.pairs ?? []).map((zero, index) => added(present, (one) => one.pairs[index] ?? zero, zero)),
    ...joinedMoments(present, rows, first?.mean.length ?? 0),
    digests,
    duplicates: duplicatesOf(digests, rows),
    onGrid: added(present, (one) => one.onGrid, first?.onGrid ?? new Float64Array(0)),
  };
}

function added(
  aggregates: readonly Aggregate[],
  pick: (aggregate: Aggregate) => Float64Array,
  like: Float64Array,
): Float64Array {
  const sum = new Float64Array(like.length);
  for (const aggregate of aggregates) {
    const values = pick(aggregate);
    for (let index = 0; index < sum.length; index++) sum[index] = (sum[index] ?? 0) + (values[index] ?? 0);
  }
  return sum;
}

function joinedMoments(aggregates: readonly Aggregate[], rows: number, width: number) {
  const mean = new Float64Array(width);
  for (const aggregate of aggregates)
    for (let feature = 0; feature < width; feature++)
      mean[feature] = (mean[feature] ?? 0) + (aggregate.mean[feature] ?? 0) * aggregate.rows;
  for (let feature = 0; feature < width; feature++) mean[feature] = (mean[feature] ?? 0) / Math.max(rows, 1);
  const comoment = new Float64Array(width * width);
  const deviation = new Float64Array(width);
  for (const aggregate of aggregates) {
    for (let feature = 0; feature < width; feature++)
      deviation[feature] = (aggregate.mean[feature] ?? 0) - (mean[feature] ?? 0);
    addDeviations(comoment, aggregate, deviation);
  }
  for (let row = 0; row < width; row++)
    for (let column = 0; column < row; column++)
      comoment[column * width + row] = comoment[row * width + column] ?? 0;
  return { mean, comoment };
}

/** Adds a set's co-moments about a mean that lies `deviation` off its own; the lower half alone. */
function addDeviations(comoment: Float64Array, aggregate: Aggregate, deviation: Float64Array): void {
  const width = deviation.length;
  const own = aggregate.comoment;
  for (let row = 0; row < width; row++) {
    const offset = row * width;
    const weighted = aggregate.rows * (deviation[row] ?? 0);
    for (let column = 0; column <= row; column++)
      comoment[offset + column] =
        (comoment[offset + column] ?? 0) + (own[offset + column] ?? 0) + weighted * (deviation[column] ?? 0);
  }
}

/** Neighbors first, so that each digest is copied once per level of the tree. */
function unitedDigests(all: readonly DigestCounts[]): DigestCounts {
  if (all.length <= 1) return all[0] ?? NOTHING;
  const middle = all.length >> 1;
  return uniteDigests(unitedDigests(all.slice(0, middle)), unitedDigests(all.slice(middle)));
}
