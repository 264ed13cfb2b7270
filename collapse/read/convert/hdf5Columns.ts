import {
  BIGINT,
  DOUBLE,
  DuckDBListValue,
  type DuckDBType,
  type DuckDBValue,
  LIST,
  VARCHAR,
} from "@duckdb/node-api";
import type { Dataset, Metadata } from "h5wasm/node";
import { Unreadable } from "../refuseFile.ts";
import type { WrittenValues } from "./partsWriter.ts";

/** A column of a dataset, as it is written. */
export interface Hdf5Column {
  readonly name: string;
  readonly type: DuckDBType;
  /** Its values of some rows, as the library gives them. */
  readonly valuesOf: (part: ArrayLike<unknown>, rows: number) => WrittenValues;
  /** Why nothing of it is written; null where it is. */
  readonly unread: string | null;
}

/** Classes of types, by their numbers in HDF5. */
const INTEGER = 0;
const REAL = 1;
const STRING = 3;
const COMPOUND = 6;
const ENUM = 8;

/** A longer list is an image or a recording, and no vector. */
const MOST_WIDTH = 16_384;

/** The columns of a dataset: one, of a list a list, of a compound one for each member. */
export function hdf5Columns(name: string, { metadata, shape }: Dataset): readonly Hdf5Column[] {
  const width = (shape ?? []).slice(1).reduce((product, one) => product * one, 1);
  if (metadata.virtual_sources !== undefined && metadata.virtual_sources.length > 0)
    return [unread(name, "its values lie in other files")];
  if (metadata.type === COMPOUND && width === 1)
    return (metadata.compound_type?.members ?? []).map((member, index) =>
      memberColumn(`${member.name}`, member, index),
    );
  if ((shape?.length ?? 0) > 2 || width > MOST_WIDTH)
    return [unread(name, `lists of ${(shape ?? []).slice(1).join(" × ")} values`)];
  const scalar = scalarOf(metadata);
  if (scalar === null) return [unread(name, "values of a type that is no number and no text")];
  if ((shape?.length ?? 0) < 2) {
    const valuesOf = (part: ArrayLike<unknown>): WrittenValues =>
      scalar.type === DOUBLE ? Float64Array.from(part, Number) : Array.from(part, scalar.read);
    return [{ name, type: scalar.type, valuesOf, unread: null }];
  }
  if (scalar.type === VARCHAR) return [unread(name, "lists of texts")];
  return [listColumn(name, width, scalar)];
}

interface Scalar {
  readonly type: DuckDBType;
  readonly read: (value: unknown) => DuckDBValue;
}

function scalarOf({ type, size, signed, littleEndian, vlen }: Metadata): Scalar | null {
  if (type === STRING) return { type: VARCHAR, read: String };
  if (vlen || ![INTEGER, REAL, ENUM].includes(type)) return null;
  if (!littleEndian && size > 1)
    throw new Unreadable("its numbers are big-endian", "Write it again with little-endian numbers.");
  if (type === REAL) return { type: DOUBLE, read: Number };
  // Beyond 2^63 an integer is a real.
  if (!signed && size === 8) return { type: DOUBLE, read: Number };
  return { type: BIGINT, read: (value) => BigInt(String(value)) };
}

const listColumn = (name: string, width: number, { read }: Scalar): Hdf5Column => ({
  name,
  type: LIST(DOUBLE),
  valuesOf: (part, rows) =>
    Array.from({ length: rows }, (_, row) => {
      const list = Array.from({ length: width }, (_, item) => Number(read(part[row * width + item] ?? 0)));
      return new DuckDBListValue(list);
    }),
  unread: null,
});

/** Of a compound each row is a list of its members' values, which are lists of one. */
function memberColumn(name: string, metadata: Metadata, index: number): Hdf5Column {
  const scalar = (metadata.shape ?? []).length > 0 && metadata.total_size > 1 ? null : scalarOf(metadata);
  if (scalar === null) return unread(name, "a list, or values of a type that is no number and no text");
  return {
    name,
    type: scalar.type,
    valuesOf: (part) => Array.from(part, (row) => scalar.read(firstOf(itemAt(row, index)))),
    unread: null,
  };
}

const itemAt = (row: unknown, index: number): unknown => (Array.isArray(row) ? row[index] : undefined);

function firstOf(value: unknown): unknown {
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const [first]: unknown[] = Array.from(Object.values(value).slice(0, 1));
    return first;
  }
  return value;
}

const unread = (name: string, because: string): Hdf5Column => ({
  name,
  type: VARCHAR,
  valuesOf: (_, rows) => Array.from({ length: rows }, () => null),
  unread: because,
});
