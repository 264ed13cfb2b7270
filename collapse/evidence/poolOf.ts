import type { RowSample, Summary } from "../contracts/aggregates.ts";
import type { Pool } from "../contracts/metrics.ts";
import type { Random } from "../numerics/random.ts";
import { chooserOf } from "./chooseAtRandom.ts";

/** Takes at most `rows` rows of either table's sample, at random. */
export function poolOf(
  tables: { readonly reference: Summary; readonly candidate: Summary },
  rows: number,
  random: Random,
): Pool {
  const some = (sample: RowSample): RowSample =>
    rowsOf(sample, chooserOf(sample.rows, random)(Math.min(rows, sample.rows)).sort());
  const reference = some(tables.reference.sample);
  const candidate = some(tables.candidate.sample);
  return { width: widthOf(reference), reference, candidate };
}

const widthOf = (sample: RowSample): number => (sample.rows > 0 ? sample.encoded.length / sample.rows : 0);

/** The chosen rows of a sample, in the order of `rows`. */
export function rowsOf(sample: RowSample, rows: Uint32Array): RowSample {
  const width = widthOf(sample);
  const encoded = new Float64Array(rows.length * width);
  for (let row = 0; row < rows.length; row++) {
    const from = (rows[row] ?? 0) * width;
    encoded.set(sample.encoded.subarray(from, from + width), row * width);
  }
  const numbers = (all: Float64Array): Float64Array =>
    Float64Array.from({ length: rows.length }, (_, row) => all[rows[row] ?? 0] ?? Number.NaN);
  return {
    rows: rows.length,
    index: numbers(sample.index),
    bucket: Uint8Array.from({ length: rows.length }, (_, row) => sample.bucket[rows[row] ?? 0] ?? 0),
    codes: sample.codes.map((all) =>
      Uint16Array.from({ length: rows.length }, (_, row) => all[rows[row] ?? 0] ?? 0),
    ),
    encoded,
    digest: numbers(sample.digest),
    values: sample.values.map((all) => all && numbers(all)),
  };
}
