import { PAIR_CLASSES, type Pair } from "../contracts/aggregates.ts";

const MOST_PAIRS = 200;
/** Rows that association is measured on, and the row-pairs that all of it may read. */
const MOST_ROWS = 20_000;
const LEAST_ROWS = 2_000;
const MOST_READ = 400_000_000;

/**
 * The pairs of variables that are counted together: all, or the 200 of the most mutual information in the reference's
 * sample (corrected for its bias, Miller 1955), ordered by their variables. `classes` holds the class of each
 * sampled row of each variable.
 */
export function strongPairs(classes: readonly Uint8Array[]): readonly Pair[] {
  const pairs: Pair[] = [];
  for (let left = 0; left < classes.length; left++)
    for (let right = left + 1; right < classes.length; right++) pairs.push({ left, right });
  if (pairs.length <= MOST_PAIRS) return pairs;
  const rows = Math.max(LEAST_ROWS, Math.min(MOST_ROWS, Math.floor(MOST_READ / pairs.length)));
  const shared = pairs.map(({ left, right }) =>
    mutualInformation(classes[left] ?? new Uint8Array(0), classes[right] ?? new Uint8Array(0), rows),
  );
  return pairs
    .map((_, index) => index)
    .sort((a, b) => (shared[b] ?? 0) - (shared[a] ?? 0) || a - b)
    .slice(0, MOST_PAIRS)
    .sort((a, b) => a - b)
    .flatMap((index) => pairs[index] ?? []);
}

/** Nats that one variable's class tells of the other's, over the first `most` rows. */
function mutualInformation(left: Uint8Array, right: Uint8Array, most: number): number {
  const rows = Math.min(left.length, most);
  if (rows === 0) return 0;
  const both = new Uint32Array(PAIR_CLASSES * PAIR_CLASSES);
  for (let row = 0; row < rows; row++) {
    const cell = (left[row] ?? 0) * PAIR_CLASSES + (right[row] ?? 0);
    both[cell] = (both[cell] ?? 0) + 1;
  }
  const lefts = new Float64Array(PAIR_CLASSES);
  const rights = new Float64Array(PAIR_CLASSES);
  both.forEach((count, cell) => {
    const row = Math.floor(cell / PAIR_CLASSES);
    lefts[row] = (lefts[row] ?? 0) + count;
    rights[cell % PAIR_CLASSES] = (rights[cell % PAIR_CLASSES] ?? 0) + count;
  });
  const occupied = (counts: Float64Array): number => counts.filter((count) => count > 0).length;
  const bias = ((occupied(lefts) - 1) * (occupied(rights) - 1)) / (2 * rows);
  return entropy(lefts, rows) + entropy(rights, rows) - entropy(both, rows) - bias;
}

function entropy(counts: Float64Array | Uint32Array, rows: number): number {
  let sum = 0;
  for (const count of counts) if (count > 0) sum -= (count / rows) * Math.log(count / rows);
  return sum;
}
