import type { Frame, RowSample } from "../contracts/aggregates.ts";
import { keepsValues } from "../contracts/columns.ts";
import { encodeRows } from "../encode/encodeRows.ts";
import { leastHash } from "../encode/leastHash.ts";
import type { RowHashes } from "../encode/rowHash.ts";
import { gather } from "../numerics/gather.ts";

/** Rows that are kept whole: fewer of a table so wide that they would be more values than this. */
const SAMPLE_ROWS = 50_000;
const SAMPLE_VALUES = 16_000_000;

/** Rows as they are sampled, before they are encoded. */
export type CodedRows = Omit<RowSample, "encoded">;

export interface SampleKeeper {
  /** Whether a row may be among those kept in the end. */
  wants(index: number): boolean;
  add(rows: CodedRows): void;
  /** The rows with the least hashes, in the order of these. */
  rows(): CodedRows;
}

/** Keeps the rows of a table with the least hashes. */
export function keepSample(frame: Frame, { hashAt }: RowHashes): SampleKeeper {
  const kept = leastHash(
    Math.min(SAMPLE_ROWS, Math.floor(SAMPLE_VALUES / Math.max(frame.variables.length, 1))),
  );
  let slots = slotsFor(frame, 2_048);
  return {
    wants: (index) => kept.wants(hashAt(index)),
    add: (rows) => {
      for (let row = 0; row < rows.rows; row++) {
        const slot = kept.admit(hashAt(rows.index[row] ?? 0));
        if (slot < 0) continue;
        if (slot >= slots.rows) slots = copied(slots, slotsFor(frame, slots.rows * 2));
        put(rows, row, slots, slot);
        kept.settle((staying) => moveDown(slots, staying));
      }
    },
    rows: () => picked(slots, kept.inOrder()),
  };
}

/** The sample of a table, encoded. */
export function encodedSample(frame: Frame, rows: CodedRows): RowSample {
  return { ...rows, encoded: encodeRows(frame, rows.rows, rows.codes, rows.values) };
}

function slotsFor(frame: Frame, rows: number): CodedRows {
  return {
    rows,
    index: new Float64Array(rows),
    bucket: new Uint8Array(rows),
    digest: new Float64Array(rows),
    codes: frame.variables.map(() => new Uint16Array(rows)),
    values: frame.variables.map((one) => (keepsValues(one) ? new Float64Array(rows) : null)),
  };
}

function put(from: CodedRows, row: number, into: CodedRows, slot: number): void {
  into.index[slot] = from.index[row] ?? 0;
  into.bucket[slot] = from.bucket[row] ?? 0;
  into.digest[slot] = from.digest[row] ?? 0;
  for (let variable = 0; variable < into.codes.length; variable++) {
    const codes = into.codes[variable];
    const values = into.values[variable];
    if (codes) codes[slot] = from.codes[variable]?.[row] ?? 0;
    if (values) values[slot] = from.values[variable]?.[row] ?? Number.NaN;
  }
}

function copied(from: CodedRows, into: CodedRows): CodedRows {
  into.index.set(from.index);
  into.bucket.set(from.bucket);
  into.digest.set(from.digest);
  into.codes.forEach((codes, variable) => {
    codes.set(from.codes[variable] ?? []);
  });
  into.values.forEach((values, variable) => {
    values?.set(from.values[variable] ?? []);
  });
  return into;
}

/** Rows move to the first slots, in place: their order stays, so that none moves onto one that is yet to move. */
function moveDown(slots: CodedRows, staying: Uint32Array): void {
  gather(slots.bucket, staying, slots.bucket);
  for (const codes of slots.codes) gather(codes, staying, codes);
  for (const numbers of [slots.index, slots.digest, ...slots.values])
    if (numbers) gather(numbers, staying, numbers);
}

/** The rows in the given slots, in their order. */
function picked(slots: CodedRows, order: Uint32Array): CodedRows {
  const rows = order.length;
  const numbers = (values: Float64Array) => gather(values, order, new Float64Array(rows));
  return {
    rows,
    index: numbers(slots.index),
    bucket: gather(slots.bucket, order, new Uint8Array(rows)),
    digest: numbers(slots.digest),
    codes: slots.codes.map((codes) => gather(codes, order, new Uint16Array(rows))),
    values: slots.values.map((values) => (values ? numbers(values) : null)),
  };
}
