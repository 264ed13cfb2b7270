/**
 * Weights of a ridge regression from the Gram matrix of its features and targets. `square` is `size` wide, its lower
 * triangle filled; features are its first `features` columns, the last of which is constant one and goes without
 * penalty; targets follow. Answers targets × features. Hoerl and Kennard 1970; solved by Cholesky, whose rows of the
 * targets come out already forward-substituted. Overwrites `square`.
 */
export function fitRidge(
  square: Float64Array,
  size: number,
  features: number,
  targets: readonly number[],
  penalty: number,
): Float64Array {
  for (let index = 0; index < features; index++)
    square[index * size + index] = (square[index * size + index] ?? 0) + (index < features - 1 ? penalty : 0);
  const rows = Uint32Array.from([...Array.from({ length: features }, (_, index) => index), ...targets]);
  factor(square, size, features, rows);
  const weights = new Float64Array(targets.length * features);
  targets.forEach((target, index) => {
    backSubstitute(square, size, features, target, weights, index * features);
  });
  return weights;
}

const BLOCK = 4;

/**
 * Cholesky in place, four columns at a time; the rows given beyond the features are carried along. What columns before
 * the block say is taken off two rows at once, so that eight sums run beside each other.
 */
function factor(square: Float64Array, size: number, features: number, rows: Uint32Array): void {
  for (let first = 0; first < features; first += BLOCK) {
    const width = Math.min(BLOCK, features - first);
    for (let at = first; at < rows.length; at += 2) {
      const one = (rows[at] ?? 0) * size;
      const other = at + 1 < rows.length ? (rows[at + 1] ?? 0) * size : one;
      if (width === BLOCK) takeOffBefore(square, size, first, one, other);
      else takeOffSlowly(square, size, first, width, one, other);
    }
    for (let at = first; at < rows.length; at++) finishRow(square, size, first, width, rows[at] ?? 0);
  }
}

/** Two rows less what the columns before the block explain of the block. */
function takeOffBefore(square: Float64Array, size: number, first: number, one: number, other: number): void {
  const c0 = first * size;
  const c1 = c0 + size;
  const c2 = c1 + size;
  const c3 = c2 + size;
  let [a0, a1, a2, a3, b0, b1, b2, b3] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let k = 0; k < first; k++) {
    const a = square[one + k] ?? 0;
    const b = square[other + k] ?? 0;
    const w0 = square[c0 + k] ?? 0;
    const w1 = square[c1 + k] ?? 0;
    const w2 = square[c2 + k] ?? 0;
    const w3 = square[c3 + k] ?? 0;
    a0 += a * w0;
    b0 += b * w0;
    a1 += a * w1;
    b1 += b * w1;
    a2 += a * w2;
    b2 += b * w2;
    a3 += a * w3;
    b3 += b * w3;
  }
  takeOff(square, one + first, a0, a1, a2, a3);
  if (other !== one) takeOff(square, other + first, b0, b1, b2, b3);
}

function takeOff(square: Float64Array, at: number, s0: number, s1: number, s2: number, s3: number): void {
  square[at] = (square[at] ?? 0) - s0;
  square[at + 1] = (square[at + 1] ?? 0) - s1;
  square[at + 2] = (square[at + 2] ?? 0) - s2;
  square[at + 3] = (square[at + 3] ?? 0) - s3;
}

function takeOffSlowly(
  square: Float64Array,
  size: number,
  first: number,
  width: number,
  one: number,
  other: number,
): void {
  for (const row of other === one ? [one] : [one, other])
    for (let column = first; column < first + width; column++) {
      let sum = 0;
      for (let k = 0; k < first; k++) sum += (square[row + k] ?? 0) * (square[column * size + k] ?? 0);
      square[row + column] = (square[row + column] ?? 0) - sum;
    }
}

/** What is left of a row in the block, solved against the block's own triangle; on the diagonal the pivots. */
function finishRow(square: Float64Array, size: number, first: number, width: number, row: number): void {
  const base = row * size;
  const last = Math.min(first + width - 1, row);
  const whole = row < first + width ? (square[base + row] ?? 0) : 0;
  for (let column = first; column <= last; column++) {
    let left = square[base + column] ?? 0;
    for (let k = first; k < column; k++) left -= (square[base + k] ?? 0) * (square[column * size + k] ?? 0);
    square[base + column] =
      column === row ? pivotOf(left, whole) : left / (square[column * size + column] ?? 1);
  }
}

/** A column that says nothing that those before it have not said gets an endless pivot, and so no weight. */
const pivotOf = (left: number, whole: number): number =>
  left > 1e-13 * whole && left > 0 ? Math.sqrt(left) : Number.POSITIVE_INFINITY;

/** Solves L'w = z, where the row of the target holds z. */
function backSubstitute(
  square: Float64Array,
  size: number,
  features: number,
  target: number,
  weights: Float64Array,
  offset: number,
): void {
  const rest = square.slice(target * size, target * size + features);
  for (let index = features - 1; index >= 0; index--) {
    const row = index * size;
    const weight = (rest[index] ?? 0) / (square[row + index] ?? 1);
    weights[offset + index] = weight;
    for (let k = 0; k < index; k++) rest[k] = (rest[k] ?? 0) - weight * (square[row + k] ?? 0);
  }
}
