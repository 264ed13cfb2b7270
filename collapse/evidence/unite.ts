import type { Aggregate, DigestCounts } from "../contracts/aggregates.ts";
import { prepareCopies } from "./countCopies.ts";

/** Adds up chosen units, but for their digests; what it returns is overwritten by the next call. */
export interface Uniter {
  unite(chosen: ArrayLike<number>): Aggregate;
  /** The same of the units that `other`, of the same units, has just left out: what it counted is known by now. */
  uniteRest(chosen: ArrayLike<number>, other: Uniter): Aggregate;
  /** The counts of the last union. */
  readonly cells: Float64Array;
}

/**
 * Prepares `units` for being added up again and again. A null takes 400 draws of 64 units with tens of thousands of
 * cells each: the cells of a unit lie in one array, and four units are added at a time.
 */
export function prepareUnions(units: readonly Aggregate[]): Uniter {
  const [first] = units;
  if (!first) throw new Error("nothing to unite");
  const cells = units.map(cellsOf);
  const copiesOf = prepareCopies(units.map((unit) => unit.digests));
  const sum = new Float64Array(cells[0]?.length ?? 0);
  const whole = new Float64Array(sum.length);
  addCells(cells, [...units.keys()], whole);
  const united = viewOf(sum, first);
  const finished = (chosen: ArrayLike<number>): Aggregate => {
    const rows = addMoments(units, chosen, united.mean, united.comoment);
    return { ...united, rows, duplicates: copiesOf(chosen, rows) };
  };
  return {
    cells: sum,
    unite: (chosen) => {
      addCells(cells, chosen, sum);
      return finished(chosen);
    },
    uniteRest: (chosen, other) => {
      // Whole numbers: the difference is the sum to the last bit.
      for (let cell = 0; cell < sum.length; cell++) sum[cell] = (whole[cell] ?? 0) - (other.cells[cell] ?? 0);
      return finished(chosen);
    },
  };
}

/** Every count of a unit in one array. */
function cellsOf(unit: Aggregate): Float64Array {
  const tables = [...unit.counts, ...unit.pairs, unit.onGrid];
  const cells = new Float64Array(tables.reduce((length, table) => length + table.length, 0));
  let offset = 0;
  for (const table of tables) {
    cells.set(table, offset);
    offset += table.length;
  }
  return cells;
}

/** An aggregate of the shape of `like` whose tables lie in `cells`. */
function viewOf(cells: Float64Array, like: Aggregate): Aggregate {
  let offset = 0;
  const next = (table: Float64Array): Float64Array => {
    offset += table.length;
    return cells.subarray(offset - table.length, offset);
  };
  return {
    rows: 0,
    counts: like.counts.map(next),
    pairs: like.pairs.map(next),
    onGrid: next(like.onGrid),
    mean: new Float64Array(like.mean.length),
    comoment: new Float64Array(like.comoment.length),
    duplicates: 0,
    digests: NO_DIGESTS,
  };
}

/** Copies are counted of the units' digests; no metric reads those of a union. */
const NO_DIGESTS: DigestCounts = { share: 1, digests: new Float64Array(0), rows: new Float64Array(0) };

const NONE = new Float64Array(0);

/** `into` becomes the sum of the chosen cells: whole numbers below 2⁵³, so their order changes nothing. */
function addCells(cells: readonly Float64Array[], chosen: ArrayLike<number>, into: Float64Array): void {
  const at = (place: number): Float64Array => cells[chosen[place] ?? 0] ?? NONE;
  const length = into.length;
  into.fill(0);
  let place = 0;
  for (; place + 4 <= chosen.length; place += 4) {
    const [a, b, c, d] = [at(place), at(place + 1), at(place + 2), at(place + 3)];
    for (let cell = 0; cell < length; cell++)
      into[cell] = (into[cell] ?? 0) + ((a[cell] ?? 0) + (b[cell] ?? 0)) + ((c[cell] ?? 0) + (d[cell] ?? 0));
  }
  for (; place < chosen.length; place++) {
    const a = at(place);
    for (let cell = 0; cell < length; cell++) into[cell] = (into[cell] ?? 0) + (a[cell] ?? 0);
  }
}

/**
 * Means and products of deviations of the union (Chan, Golub and LeVeque 1979), merged in the order of `chosen`.
 * Returns the rows.
 */
function addMoments(
  units: readonly Aggregate[],
  chosen: ArrayLike<number>,
  mean: Float64Array,
  comoment: Float64Array,
): number {
  const width = mean.length;
  const shift = new Float64Array(width);
  mean.fill(0);
  comoment.fill(0);
  let rows = 0;
  for (let place = 0; place < chosen.length; place++) {
    const unit = units[chosen[place] ?? 0];
    if (!unit || unit.rows === 0) continue;
    const total = rows + unit.rows;
    for (let i = 0; i < width; i++) {
      shift[i] = (unit.mean[i] ?? 0) - (mean[i] ?? 0);
      mean[i] = (mean[i] ?? 0) + ((shift[i] ?? 0) * unit.rows) / total;
    }
    addProducts(comoment, unit.comoment, shift, (rows / total) * unit.rows);
    rows = total;
  }
  return rows;
}

/** `into` += `products` + `weight` · shift · shiftᵀ. */
function addProducts(into: Float64Array, products: Float64Array, shift: Float64Array, weight: number): void {
  const width = shift.length;
  for (let i = 0; i < width; i++) {
    const weighted = weight * (shift[i] ?? 0);
    const row = i * width;
    for (let j = 0; j < width; j++)
      into[row + j] = (into[row + j] ?? 0) + (products[row + j] ?? 0) + weighted * (shift[j] ?? 0);
  }
}
