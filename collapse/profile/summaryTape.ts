import {
  type Aggregate,
  BUCKETS,
  type Frame,
  PAIR_CLASSES,
  type RowSample,
  type Summary,
} from "../contracts/aggregates.ts";
import { codesOf, keepsValues } from "../contracts/columns.ts";
import { coderOf } from "../encode/coders.ts";
import { encodeRows } from "../encode/encodeRows.ts";
import type { Header } from "./header.ts";
import type { TapeReader, TapeWriter } from "./numberTape.ts";

/** What of a summary goes onto the tape: rows of its sample, or parts of it. */
export interface Kept {
  readonly sampled: number;
  readonly parts: readonly Aggregate[];
}

/** Puts the statistics of buckets and parts, and the first rows of the sample: of these only what is not derived. */
export function putSummary({ buckets, sample }: Summary, { sampled, parts }: Kept, tape: TapeWriter): void {
  for (const aggregate of [...buckets, ...parts]) putAggregate(aggregate, tape);
  const first = (values: Float64Array | Uint8Array | Uint16Array) => values.subarray(0, sampled);
  tape.put(first(sample.index));
  tape.put(first(sample.bucket));
  tape.put(first(sample.digest));
  sample.codes.forEach((codes, variable) => {
    tape.put(first(sample.values[variable] ?? codes));
  });
}

export function takeSummary(
  frame: Frame,
  { rows, sampled, parts: length }: Pick<Header, "rows" | "sampled" | "parts">,
  tape: TapeReader,
): Summary {
  const buckets = Array.from({ length: BUCKETS }, () => takeAggregate(frame, tape));
  const parts = Array.from({ length }, () => takeAggregate(frame, tape));
  const sample = takeSample(frame, sampled, tape);
  return { rows, buckets, sample, ...(parts.length > 0 && { parts }) };
}

/** Codes of numbers follow from the numbers, and the encoding from both. */
function takeSample(frame: Frame, rows: number, tape: TapeReader): RowSample {
  const index = tape.take(rows);
  const bucket = Uint8Array.from(tape.take(rows));
  const digest = tape.take(rows);
  const read = frame.variables.map((variable) => {
    const stored = tape.take(rows);
    if (!keepsValues(variable)) return { codes: Uint16Array.from(stored), values: null };
    const codes = new Uint16Array(stored.length);
    coderOf(variable)(stored, stored.length, codes);
    return { codes, values: stored };
  });
  const codes = read.map((one) => one.codes);
  const values = read.map((one) => one.values);
  const isWhole = index.length === rows && codes.every(({ length }) => length === rows);
  const encoded = isWhole ? encodeRows(frame, rows, codes, values) : new Float64Array(0);
  return { rows, index, bucket, digest, codes, values, encoded };
}

function putAggregate(aggregate: Aggregate, tape: TapeWriter): void {
  tape.put([aggregate.rows, aggregate.duplicates, aggregate.digests.share]);
  for (const counts of aggregate.counts) tape.put(counts);
  for (const counts of aggregate.pairs) tape.put(counts);
  tape.put(aggregate.mean);
  tape.put(lowerHalf(aggregate.comoment, aggregate.mean.length));
  tape.put(aggregate.onGrid);
  tape.putCounted(aggregate.digests.digests);
  tape.put(aggregate.digests.rows);
}

function takeAggregate(frame: Frame, tape: TapeReader): Aggregate {
  const [rows = 0, duplicates = 0, share = 1] = tape.take(3);
  const { width } = frame.encoding;
  const counts = frame.variables.map((variable) => tape.take(codesOf(variable).size));
  const pairs = frame.pairs.map(() => tape.take(PAIR_CLASSES * PAIR_CLASSES));
  const mean = tape.take(width);
  const comoment = symmetric(tape.take((width * (width + 1)) / 2), width);
  const onGrid = tape.take(frame.variables.length);
  const digests = tape.takeCounted();
  return {
    rows,
    duplicates,
    counts,
    pairs,
    mean,
    comoment,
    onGrid,
    digests: { share, digests, rows: tape.take(digests.length) },
  };
}

/** Row by row up to and with the diagonal; the other half mirrors it. */
function lowerHalf(square: Float64Array, width: number): Float64Array {
  const half = new Float64Array((width * (width + 1)) / 2);
  let at = 0;
  for (let row = 0; row < width; row++) {
    half.set(square.subarray(row * width, row * width + row + 1), at);
    at += row + 1;
  }
  return half;
}

function symmetric(half: Float64Array, width: number): Float64Array {
  const square = new Float64Array(width * width);
  let at = 0;
  for (let row = 0; row < width; row++)
    for (let column = 0; column <= row; column++) {
      const value = half[at++] ?? 0;
      square[row * width + column] = value;
      square[column * width + row] = value;
    }
  return square;
}
