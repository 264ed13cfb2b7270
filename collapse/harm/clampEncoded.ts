import type { RowSample } from "../contracts/aggregates.ts";

/** Beyond the normal score of one row in 30,000. */
const FARTHEST = 4;

/**
 * The sample with no number of its encoding farther out than four standard deviations. A single value far beyond the
 * reference's would else bend a fit by squares for all other rows, in real data too; how far out values lie is the
 * business of other measures. The numbers lie in memory that threads share.
 */
export function clampEncoded(sample: RowSample): RowSample {
  const encoded = new Float64Array(new SharedArrayBuffer(sample.encoded.byteLength));
  for (let place = 0; place < encoded.length; place++)
    encoded[place] = Math.max(-FARTHEST, Math.min(FARTHEST, sample.encoded[place] ?? 0));
  return { ...sample, encoded };
}
