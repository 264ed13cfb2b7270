import type { RowSample } from "../contracts/aggregates.ts";

const TAIL_SHARE = 0.1;

/** The tenth of the test rows that lies farthest from the mean of the encoded training rows, in the order given. */
export function outermostRows(
  sample: RowSample,
  width: number,
  train: Uint32Array,
  test: Uint32Array,
): Uint32Array {
  const center = new Float64Array(width);
  for (const row of train)
    for (let index = 0; index < width; index++)
      center[index] = (center[index] ?? 0) + (sample.encoded[row * width + index] ?? 0) / train.length;
  const distance = Float64Array.from(test, (row) => {
    let sum = 0;
    for (let index = 0; index < width; index++)
      sum += ((sample.encoded[row * width + index] ?? 0) - (center[index] ?? 0)) ** 2;
    return sum;
  });
  const order = Uint32Array.from(test, (_, place) => place).sort(
    (left, right) => (distance[right] ?? 0) - (distance[left] ?? 0) || left - right,
  );
  const taken = order
    .subarray(0, Math.floor(TAIL_SHARE * test.length))
    .slice()
    .sort();
  return Uint32Array.from(taken, (place) => test[place] ?? 0);
}
