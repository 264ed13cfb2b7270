import type { Random } from "../../../collapse/numerics/random.ts";
import { encoderOf } from "../points.ts";
import { type BenchTable, type Column, columnNamed, frequenciesOf, numbersOf, textsOf } from "../table.ts";
import { binPoints } from "../trees/bins.ts";
import { growTree, leafOf } from "../trees/growTree.ts";

/** How the columns are cut into classes: by real rows, for both arms alike. */
export type ColumnClasses = ReadonlyMap<
  string,
  { readonly count: number; readonly of: (column: Column) => Uint16Array }
>;

const CLASSES = 16;
const DEPTH = 6;
const MIN_LEAF = 20;
/** Weight of a column's own shares in a leaf, in rows. */
const PRIOR_ROWS = 4;

/** Sixteen equally full classes of numbers and one for missing; every category, and one for unseen ones. */
export function columnClasses(real: BenchTable): ColumnClasses {
  return new Map(
    real.columns.map((column) => {
      if (column.kind === "category") {
        const codes = new Map(frequenciesOf(column.values).map(([category], code) => [category, code]));
        const of = (other: Column): Uint16Array =>
          Uint16Array.from(textsOf(other), (category) => codes.get(category) ?? codes.size);
        return [column.name, { count: codes.size + 1, of }];
      }
      const sorted = column.values.filter((value) => !Number.isNaN(value)).sort();
      const cuts = Array.from(
        { length: CLASSES - 1 },
        (_, cut) => sorted[Math.floor(((cut + 1) / CLASSES) * sorted.length)] ?? 0,
      );
      const distinct = [...new Set(cuts)];
      const of = (other: Column): Uint16Array =>
        Uint16Array.from(numbersOf(other), (value) =>
          Number.isNaN(value) ? distinct.length + 1 : distinct.filter((cut) => cut <= value).length,
        );
      return [column.name, { count: distinct.length + 2, of }];
    }),
  );
}

/**
 * Nats of each test row under chained trees grown on `train`: each column's class given the columns before it, by the
 * shares of the leaf, smoothed by the column's own shares (add-½ at those).
 */
export function treeNats(
  train: BenchTable,
  test: BenchTable,
  classes: ColumnClasses,
  random: Random,
): Float64Array {
  const nats = new Float64Array(test.rows);
  for (const [at, { name }] of train.columns.entries()) {
    const { count, of } = classes.get(name) ?? { count: 0, of: () => new Uint16Array() };
    const own = of(columnNamed(train, name));
    const asked = of(columnNamed(test, name));
    const shares = new Float64Array(count).fill(0.5);
    for (const code of own) shares[code] = (shares[code] ?? 0) + 1;
    const total = train.rows + count / 2;
    const leaves = leavesOf({ train, test, columns: at, own, count }, random);
    for (let row = 0; row < test.rows; row++) {
      const code = asked[row] ?? 0;
      const prior = (shares[code] ?? 0) / total;
      const leaf = leaves.counts.get(leaves.asked[row] ?? 0);
      nats[row] =
        (nats[row] ?? 0) -
        Math.log(((leaf?.[code] ?? 0) + PRIOR_ROWS * prior) / ((leaf?.[count] ?? 0) + PRIOR_ROWS));
    }
  }
  return nats;
}

/** Of each leaf the rows per class, and their sum behind; and the leaf of each test row. */
function leavesOf(
  link: { train: BenchTable; test: BenchTable; columns: number; own: Uint16Array; count: number },
  random: Random,
): { counts: Map<number, Float64Array>; asked: Uint32Array } {
  const { train, test, columns, own, count } = link;
  const before = { rows: train.rows, columns: train.columns.slice(0, columns) };
  const encode = encoderOf(before);
  const points = encode(before);
  const targets = new Float64Array(train.rows * count);
  for (const [row, code] of own.entries()) targets[row * count + code] = 1;
  const growth = {
    points: binPoints(points),
    targets,
    outputs: count,
    depth: DEPTH,
    minLeaf: MIN_LEAF,
    axesTried: points.width,
  };
  const tree = growTree(
    growth,
    Uint32Array.from({ length: train.rows }, (_, row) => row),
    random,
  );
  const counts = new Map<number, Float64Array>();
  for (const [row, code] of own.entries()) {
    const leaf = leafOf(tree, points, row);
    const rows = counts.get(leaf) ?? new Float64Array(count + 1);
    rows[code] = (rows[code] ?? 0) + 1;
    rows[count] = (rows[count] ?? 0) + 1;
    counts.set(leaf, rows);
  }
  const others = encode({ rows: test.rows, columns: test.columns.slice(0, columns) });
  return { counts, asked: new Uint32Array(test.rows).map((_, row) => leafOf(tree, others, row)) };
}
