/** Each variable with the one it depends on, parents first; the root has −1. */
export interface Tree {
  readonly variables: readonly number[];
  readonly parents: readonly number[];
}

/**
 * The tree of variables that keeps the most mutual information (Chow and Liu 1968; spanned by Prim 1957), of the
 * states of some rows. Ties go to the lower index.
 */
export function chowLiuTree(
  states: readonly Uint8Array[],
  counts: readonly number[],
  rows: Uint32Array,
): Tree {
  const gain = new Float64Array(states.length).fill(Number.NEGATIVE_INFINITY);
  const parent = new Int32Array(states.length).fill(-1);
  const left = new Set(states.map((_, variable) => variable));
  const tree = { variables: [] as number[], parents: [] as number[] };
  for (let next = 0; left.size > 0; next = strongest(left, gain)) {
    left.delete(next);
    tree.variables.push(next);
    tree.parents.push(parent[next] ?? -1);
    for (const other of left) {
      const shared = mutualInformation(states, counts, rows, next, other);
      if (shared <= (gain[other] ?? 0)) continue;
      gain[other] = shared;
      parent[other] = next;
    }
  }
  return tree;
}

function strongest(left: ReadonlySet<number>, gain: Float64Array): number {
  let best = -1;
  for (const variable of left) if (best < 0 || (gain[variable] ?? 0) > (gain[best] ?? 0)) best = variable;
  return best;
}

/** In nats, of the counts as they are. */
function mutualInformation(
  states: readonly Uint8Array[],
  counts: readonly number[],
  rows: Uint32Array,
  one: number,
  other: number,
): number {
  const columns = counts[other] ?? 0;
  const table = new Float64Array((counts[one] ?? 0) * columns);
  countPairs(states[one], states[other], columns, rows, table);
  const ofOne = new Float64Array(counts[one] ?? 0);
  const ofOther = new Float64Array(columns);
  table.forEach((count, cell) => {
    const row = Math.floor(cell / columns);
    ofOne[row] = (ofOne[row] ?? 0) + count;
    ofOther[cell % columns] = (ofOther[cell % columns] ?? 0) + count;
  });
  let sum = 0;
  table.forEach((count, cell) => {
    const expected = (ofOne[Math.floor(cell / columns)] ?? 0) * (ofOther[cell % columns] ?? 0);
    if (count > 0) sum += count * Math.log((count * rows.length) / expected);
  });
  return sum / Math.max(1, rows.length);
}

/** Adds the rows per pair of states, `one * columns + other`. */
export function countPairs(
  one: Uint8Array | undefined,
  other: Uint8Array | undefined,
  columns: number,
  rows: Uint32Array,
  into: Float64Array,
): void {
  if (!one || !other) return;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] ?? 0;
    const cell = (one[row] ?? 0) * columns + (other[row] ?? 0);
    into[cell] = (into[cell] ?? 0) + 1;
  }
}
