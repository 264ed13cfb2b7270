import { seededRandom, shuffledIndices } from "../../collapse/numerics/random.ts";
import type { Dataset } from "./datasets.ts";
import { type BenchTable, takeRows } from "./table.ts";

/** One data set's rows, dealt out once for all cases of a size and a seed. */
export interface World {
  readonly dataset: Dataset;
  readonly size: number;
  readonly seed: number;
  /** Real rows of which benign candidates are made; neither a reference nor a label's real arm has them. */
  readonly other: BenchTable;
  /** What a generator sees, and the reference of the first arm. */
  readonly seen: BenchTable;
  /** Real rows that no generator saw: the reference of the second arm. */
  readonly fresh: BenchTable;
  /** Real rows that nothing but label models are tested on. */
  readonly test: BenchTable;
  /** Disjoint sets of real rows, none of them tested on nor among the other ones, for the labels' real arms. */
  readonly realDraws: (rows: number) => BenchTable[];
  /** All rows that are not tested on. */
  readonly pool: BenchTable;
}

const MOST_TEST_ROWS = 4000;
const TEST_SHARE = 0.35;
const LEAST_DRAWS = 3;
const MOST_DRAWS = 4;

/** Deals out a data set's rows. Throws where it has too few for three real arms and the other rows. */
export function worldOf(dataset: Dataset, size: number, seed: number): World {
  const { rows } = dataset.table;
  const order = shuffledIndices(rows, seededRandom(seed, `world ${dataset.name}`));
  const tested = Math.min(MOST_TEST_ROWS, Math.floor(TEST_SHARE * rows));
  if (rows - tested < (LEAST_DRAWS + 1) * size)
    throw new Error(`${dataset.name} has too few rows for a size of ${size}.`);
  const rest = order.subarray(tested);
  const take = (from: number, count: number): BenchTable =>
    takeRows(dataset.table, rest.subarray(from, from + count));
  return {
    dataset,
    size,
    seed,
    test: takeRows(dataset.table, order.subarray(0, tested)),
    other: take(0, size),
    seen: take(size, size),
    fresh: take(2 * size, size),
    pool: take(0, rest.length),
    realDraws: (count) => {
      const draws = Math.min(MOST_DRAWS, Math.floor((rest.length - size) / count));
      // From the end on: what no generator saw comes first.
      return Array.from({ length: draws }, (_, draw) => take(rest.length - (draw + 1) * count, count));
    },
  };
}
