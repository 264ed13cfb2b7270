import type { Summary } from "../contracts/aggregates.ts";

/** Mean and covariance of encoded rows, the latter width × width. */
export interface Moments {
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
}

/** Moments of a whole table, joined from those of its buckets (Chan, Golub and LeVeque 1983). */
export function momentsOf({ buckets, rows }: Summary, width: number): Moments {
  const mean = new Float64Array(width);
  for (const bucket of buckets)
    for (let i = 0; i < width; i++)
      mean[i] = (mean[i] ?? 0) + ((bucket.mean[i] ?? 0) * bucket.rows) / Math.max(1, rows);
  const covariance = new Float64Array(width * width);
  for (const bucket of buckets) {
    if (bucket.rows === 0) continue;
    for (let i = 0; i < width; i++)
      for (let j = 0; j < width; j++) {
        const apart = ((bucket.mean[i] ?? 0) - (mean[i] ?? 0)) * ((bucket.mean[j] ?? 0) - (mean[j] ?? 0));
        const at = i * width + j;
        covariance[at] =
          (covariance[at] ?? 0) + ((bucket.comoment[at] ?? 0) + bucket.rows * apart) / Math.max(1, rows - 1);
      }
  }
  return { mean, covariance };
}
