import type { Way } from "../../../collapse/localize/rowScores.ts";
import { type Random, shuffledIndices } from "../../../collapse/numerics/random.ts";
import { chainedTrees } from "../generators/chainedTrees.ts";
import { duplicateFlood } from "../generators/duplicateFlood.ts";
import { independentMarginals } from "../generators/independentMarginals.ts";
import { shrink } from "../generators/shrink.ts";
import { appendRows, type BenchTable, sampleRows, takeRows } from "../table.ts";

/** Real rows dealt out three times: to compare with, to plant among, and to make planted rows of. */
export interface Ground {
  readonly reference: BenchTable;
  readonly real: BenchTable;
  readonly source: BenchTable;
}

/** Rows that are copied, so that many rows are the same few. */
const SOURCES = 3;

type Make = (source: BenchTable, rows: number, random: Random) => BenchTable;

const copied =
  (jitter: number): Make =>
  (source, rows, random) => {
    const share = rows / (rows + SOURCES);
    const few = sampleRows(source, rows + SOURCES, random);
    return firstRows(duplicateFlood(few, { share, sources: SOURCES, jitter }, random), rows);
  };
const shrunken =
  (factor: number): Make =>
  (source, rows, random) =>
    sampleRows(shrink(source, { factor }), rows, random);

/** Rows that are planted, and the way of looking that is meant for them. */
export interface Defect {
  readonly make: Make;
  readonly meant: Way;
}

/** What is planted, by the name of the defect. */
export const DEFECTS: Readonly<Record<string, Defect>> = {
  "3 rows repeated": { meant: "copies", make: copied(0) },
  "3 rows repeated, jitter 0.001": { meant: "crowding", make: copied(0.001) },
  "shrunk to the mean, 0.3": { meant: "shrinkage", make: shrunken(0.3) },
  "shrunk to the mean, 0.5": { meant: "shrinkage", make: shrunken(0.5) },
  "columns shuffled": {
    meant: "joint",
    make: (source, rows, random) =>
      sampleRows(independentMarginals(source, { share: 1 }, random), rows, random),
  },
  "chained trees, depth 12": {
    meant: "discriminator",
    make: (source, rows, random) =>
      sampleRows(chainedTrees(source, { depth: 12, minLeaf: 5 }, random), rows, random),
  },
};

/** Deals out a table's rows, at most `most` to each of the three. */
export function dealGround(table: BenchTable, most: number, random: Random): Ground {
  const rows = Math.min(most, Math.floor(table.rows / 3));
  const order = shuffledIndices(table.rows, random);
  const [reference, real, source] = [0, 1, 2].map((part) =>
    takeRows(table, order.subarray(part * rows, (part + 1) * rows)),
  );
  if (!reference || !real || !source) throw new Error("A ground has three parts.");
  return { reference, real, source };
}

/** Real rows of which `share` were replaced by planted ones, in random order, and which these are. */
export function plantRows(
  { real, source }: Ground,
  make: Make,
  share: number,
  random: Random,
): { readonly table: BenchTable; readonly planted: Uint8Array } {
  const rows = Math.round(share * real.rows);
  const kept = real.rows - rows;
  const both = appendRows(firstRows(real, kept), make(source, rows, random));
  const order = shuffledIndices(real.rows, random);
  return { table: takeRows(both, order), planted: Uint8Array.from(order, (row) => (row >= kept ? 1 : 0)) };
}

const firstRows = (table: BenchTable, rows: number): BenchTable =>
  takeRows(
    table,
    Array.from({ length: rows }, (_, row) => row),
  );
