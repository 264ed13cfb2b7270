import type { Random } from "../../../collapse/numerics/random.ts";
import { encoderOf } from "../points.ts";
import { type BenchTable, type Column, frequenciesOf, momentsOf, takeRows } from "../table.ts";
import { binPoints } from "../trees/bins.ts";
import { growTree, leafOf } from "../trees/growTree.ts";

/** Categories that a tree tells apart as it grows; leaves keep them all. */
const CATEGORIES = 10;

/**
 * A synthesizer by chained trees (Reiter 2005): the first column is drawn of itself; each further one from the leaf
 * of a tree on the columns before it, where a real row's value is taken. Deep trees are good synthesizers.
 */
export function chainedTrees(
  table: BenchTable,
  { depth, minLeaf }: { depth: number; minLeaf: number },
  random: Random,
): BenchTable {
  const first = { rows: table.rows, columns: table.columns.slice(0, 1) };
  let drawn = takeRows(
    first,
    Array.from({ length: table.rows }, () => random.whole(table.rows)),
  );
  for (const [at, column] of table.columns.entries()) {
    if (at === 0) continue;
    const before = { rows: table.rows, columns: table.columns.slice(0, at) };
    const origins = drawnFromLeaves({ before, column, drawn, depth, minLeaf }, random);
    const { columns } = takeRows({ rows: table.rows, columns: [column] }, origins);
    drawn = { rows: drawn.rows, columns: [...drawn.columns, ...columns] };
  }
  return drawn;
}

/** For each drawn row the real row that gives it the next column. */
function drawnFromLeaves(
  link: { before: BenchTable; column: Column; drawn: BenchTable; depth: number; minLeaf: number },
  random: Random,
): Uint32Array {
  const { before, column, drawn, depth, minLeaf } = link;
  const encode = encoderOf(before);
  const real = encode(before);
  const { targets, outputs } = targetsOf(column);
  const growth = { points: binPoints(real), targets, outputs, depth, minLeaf, axesTried: real.width };
  const tree = growTree(
    growth,
    Uint32Array.from({ length: before.rows }, (_, row) => row),
    random,
  );
  const members = new Map<number, number[]>();
  for (let row = 0; row < before.rows; row++) {
    const leaf = leafOf(tree, real, row);
    const rows = members.get(leaf);
    if (rows === undefined) members.set(leaf, [row]);
    else rows.push(row);
  }
  const points = encode(drawn);
  return new Uint32Array(drawn.rows).map((_, row) => {
    const rows = members.get(leafOf(tree, points, row)) ?? [];
    return rows[random.whole(rows.length)] ?? 0;
  });
}

/** What a tree fits of a column: standardized numbers, or one output per frequent category. */
function targetsOf(column: Column): { targets: Float64Array; outputs: number } {
  if (column.kind === "number") {
    const { mean, sd } = momentsOf(column.values);
    const targets = column.values.map((value) => (Number.isNaN(value) || sd === 0 ? 0 : (value - mean) / sd));
    return { targets, outputs: 1 };
  }
  const categories = frequenciesOf(column.values)
    .slice(0, CATEGORIES)
    .map(([category]) => category);
  const targets = new Float64Array(column.values.length * categories.length);
  for (const [row, value] of column.values.entries()) {
    const at = categories.indexOf(value);
    if (at >= 0) targets[row * categories.length + at] = 1;
  }
  return { targets, outputs: categories.length };
}
