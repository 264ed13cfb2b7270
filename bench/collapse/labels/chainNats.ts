import type { Random } from "../../../collapse/numerics/random.ts";
import { encoderOf } from "../points.ts";
import { type BenchTable, columnNamed } from "../table.ts";
import { binPoints } from "../trees/bins.ts";
import { growTree, leafOf } from "../trees/growTree.ts";
import type { ColumnClasses } from "./columnClasses.ts";

/** A density as a chain of conditional ones: one tree per column, or a forest, in the table's order or against it. */
export interface Chain {
  readonly trees: number;
  readonly isReversed: boolean;
}

/** The families of generative labels. */
export const CHAINS: Readonly<Record<string, Chain>> = {
  chained_trees: { trees: 1, isReversed: false },
  chained_forests: { trees: 6, isReversed: true },
};

const DEPTH = 6;
const MIN_LEAF = 20;
/** Weight of a column's own shares in a leaf, in rows. */
const PRIOR_ROWS = 4;

/**
 * Nats of each test row under a chain that was grown on `train`: of each column's class given the columns before it,
 * by the shares of the leaf, smoothed by the column's own shares (add-½ at those); of a forest the mean probability.
 */
export function chainNats(
  { trees, isReversed }: Chain,
  tables: { readonly train: BenchTable; readonly test: BenchTable },
  classes: ColumnClasses,
  random: Random,
): Float64Array {
  const names = tables.train.columns.map(({ name }) => name);
  if (isReversed) names.reverse();
  const nats = new Float64Array(tables.test.rows);
  for (const [at, name] of names.entries()) {
    const link = linkOf(tables, names.slice(0, at), name, classes);
    const chances = new Float64Array(tables.test.rows);
    for (let tree = 0; tree < trees; tree++) addChances(link, trees > 1, chances, random);
    for (let row = 0; row < nats.length; row++)
      nats[row] = (nats[row] ?? 0) - Math.log((chances[row] ?? 0) / trees);
  }
  return nats;
}

/** One column to be told from those before it. */
type Link = ReturnType<typeof linkOf>;

function linkOf(
  { train, test }: { readonly train: BenchTable; readonly test: BenchTable },
  before: readonly string[],
  name: string,
  classes: ColumnClasses,
) {
  const { count, of } = classes.get(name) ?? { count: 0, of: () => new Uint16Array() };
  const pick = (table: BenchTable): BenchTable => ({
    rows: table.rows,
    columns: before.map((each) => columnNamed(table, each)),
  });
  const encode = encoderOf(pick(train));
  const known = encode(pick(train));
  const own = of(columnNamed(train, name));
  const shares = new Float64Array(count).fill(0.5);
  const targets = new Float64Array(train.rows * count);
  for (const [row, code] of own.entries()) {
    shares[code] = (shares[code] ?? 0) + 1;
    targets[row * count + code] = 1;
  }
  return {
    count,
    own,
    asked: of(columnNamed(test, name)),
    shares: shares.map((rows) => rows / (train.rows + count / 2)),
    targets,
    known,
    binned: binPoints(known),
    unknown: encode(pick(test)),
  };
}

/** Grows one tree, of a forest on a bootstrap and a third of the axes, and adds each test row's probability. */
function addChances(link: Link, isForest: boolean, chances: Float64Array, random: Random): void {
  const { count, own, asked, shares, targets, known, binned, unknown } = link;
  const axesTried = isForest ? Math.ceil(known.width / 3) : known.width;
  const rows = Uint32Array.from(own.keys(), (row) => (isForest ? random.whole(own.length) : row));
  const growth = { points: binned, targets, outputs: count, depth: DEPTH, minLeaf: MIN_LEAF, axesTried };
  const tree = growTree(growth, rows, random);
  const leaves = new Map<number, Float64Array>();
  for (const [row, code] of own.entries()) {
    const leaf = leafOf(tree, known, row);
    const counts = leaves.get(leaf) ?? new Float64Array(count + 1);
    counts[code] = (counts[code] ?? 0) + 1;
    counts[count] = (counts[count] ?? 0) + 1;
    leaves.set(leaf, counts);
  }
  for (let row = 0; row < asked.length; row++) {
    const code = asked[row] ?? 0;
    const counts = leaves.get(leafOf(tree, unknown, row));
    const smoothed = (counts?.[code] ?? 0) + PRIOR_ROWS * (shares[code] ?? 0);
    chances[row] = (chances[row] ?? 0) + smoothed / ((counts?.[count] ?? 0) + PRIOR_ROWS);
  }
}
