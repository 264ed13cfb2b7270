import type { RowSample } from "../contracts/aggregates.ts";

/** Beyond the normal score of one row in 30,000. */
const FARTHEST = 4;

/**
 * The sample with no number of its encoding farther out than four standard deviations. A single value far beyond the
 * reference's would else bend a fit by squares for all other rows, in real data too; how far out values lie is the
 * business of other measures.
 */
export function clampEncoded(sample: RowSample): RowSample {
  const encoded = sample.encoded.map((value) => Math.max(-FARTHEST, Math.min(FARTHEST, value)));
  return { ...sample, encoded };
}
