/** Normal scores of rows, feature by feature (`dense` × `rows`), of which those from `from` up to `to` are meant. */
export interface ScoreRange {
  readonly scores: Float64Array;
  readonly rows: number;
  readonly dense: number;
  readonly from: number;
  readonly to: number;
  /** Features of a row of `products`. */
  readonly width: number;
}

/** Adds the sums of the scores, and of the products of every two of them (the lower half). */
export function addGram(range: ScoreRange, products: Float64Array, sums: Float64Array): void {
  const { scores, rows, dense, from, to } = range;
  for (let feature = 0; feature < dense; feature++) {
    const offset = feature * rows;
    let sum = 0;
    for (let row = offset + from; row < offset + to; row++) sum += scores[row] ?? 0;
    sums[feature] = (sums[feature] ?? 0) + sum;
  }
  for (let left = 0; left < dense; left += 2)
    for (let right = 0; right <= left; right += 2) addTile(range, products, left, right);
}

/**
 * Four products at a time, two features by two: each number that is read serves twice. A feature past the last one
 * reads the last one again, and is not written.
 */
function addTile(range: ScoreRange, products: Float64Array, left: number, right: number): void {
  const { scores, rows, dense, from, to, width } = range;
  const leftNext = Math.min(left + 1, dense - 1);
  const rightNext = Math.min(right + 1, dense - 1);
  const a = left * rows;
  const b = leftNext * rows;
  const c = right * rows;
  const d = rightNext * rows;
  let ac = 0;
  let ad = 0;
  let bc = 0;
  let bd = 0;
  for (let row = from; row < to; row++) {
    const ofA = scores[a + row] ?? 0;
    const ofB = scores[b + row] ?? 0;
    const ofC = scores[c + row] ?? 0;
    const ofD = scores[d + row] ?? 0;
    ac += ofA * ofC;
    ad += ofA * ofD;
    bc += ofB * ofC;
    bd += ofB * ofD;
  }
  const add = (row: number, column: number, sum: number): void => {
    products[row * width + column] = (products[row * width + column] ?? 0) + sum;
  };
  add(left, right, ac);
  if (rightNext > right && rightNext <= left) add(left, rightNext, ad);
  if (leftNext > left) {
    add(leftNext, right, bc);
    if (rightNext > right) add(leftNext, rightNext, bd);
  }
}
