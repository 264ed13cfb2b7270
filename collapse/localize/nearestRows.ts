import type { RowSample } from "../contracts/aggregates.ts";
import { spectrumOf } from "../dimensions/linear.ts";
import type { Moments } from "./referenceMoments.ts";

/** Directions that distances are taken in. */
const MOST_AXES = 16;

/** Rows in the reference's principal directions, the widest first: most distances are decided by the first few. */
export interface RotatedRows {
  readonly axes: number;
  readonly values: Float64Array;
}

/** The first `rows` rows of samples, one sample after the other. */
export function rotateRows(
  samples: readonly { readonly sample: RowSample; readonly rows: number }[],
  { mean, covariance }: Moments,
): RotatedRows {
  const width = mean.length;
  const { vectors } = spectrumOf(covariance, width);
  const axes = Math.min(MOST_AXES, Math.ceil(width / 4) * 4);
  const values = new Float64Array(samples.reduce((sum, { rows }) => sum + rows, 0) * axes);
  let into = 0;
  for (const { sample, rows } of samples)
    for (let row = 0; row < rows; row++, into += axes)
      for (let axis = 0; axis < Math.min(axes, width); axis++) {
        let sum = 0;
        for (let i = 0; i < width; i++)
          sum += (vectors[axis * width + i] ?? 0) * ((sample.encoded[row * width + i] ?? 0) - (mean[i] ?? 0));
        values[into + axis] = sum;
      }
  return { axes, values };
}

/** Squared distance of a row to the `neighbor`-th nearest of `among`, itself left out. */
export function neighborSquare(
  { axes, values }: RotatedRows,
  row: number,
  among: Uint32Array,
  neighbor: number,
): number {
  const nearest = new Float64Array(neighbor).fill(Number.POSITIVE_INFINITY);
  const own = row * axes;
  let worst = Number.POSITIVE_INFINITY;
  for (let place = 0; place < among.length; place++) {
    const other = (among[place] ?? 0) * axes;
    let sum = 0;
    for (let at = 0; at < axes && sum < worst; at += 4) {
      const p = (values[own + at] ?? 0) - (values[other + at] ?? 0);
      const q = (values[own + at + 1] ?? 0) - (values[other + at + 1] ?? 0);
      const r = (values[own + at + 2] ?? 0) - (values[other + at + 2] ?? 0);
      const s = (values[own + at + 3] ?? 0) - (values[other + at + 3] ?? 0);
      sum += p * p + q * q + (r * r + s * s);
    }
    if (sum >= worst || other === own) continue;
    let at = neighbor - 1;
    for (; at > 0 && (nearest[at - 1] ?? 0) > sum; at--) nearest[at] = nearest[at - 1] ?? 0;
    nearest[at] = sum;
    worst = nearest[neighbor - 1] ?? 0;
  }
  return worst;
}
