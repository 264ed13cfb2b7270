import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { WireValue } from "./msgpack.ts";

/** The numbers that numpy may send: kind and size as its `dtype.str` names them. */
const ITEM_BYTES = {
  b1: 1,
  u1: 1,
  i1: 1,
  u2: 2,
  i2: 2,
  f2: 2,
  u4: 4,
  i4: 4,
  f4: 4,
  u8: 8,
  i8: 8,
  f8: 8,
} as const;
type ItemType = keyof typeof ITEM_BYTES;

/** An array as it came: C order, `data` as many bytes as shape and type say. */
export interface Ndarray {
  readonly type: ItemType;
  readonly littleEndian: boolean;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

const DTYPE = /^([<>|])([a-z])(\d{1,4})$/i;
const DIMENSIONS_MAX = 8;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** The members of a map, by their name as text; its keys may be byte strings, as openpi's are. */
export function membersOf(map: ReadonlyMap<unknown, unknown>): Map<string, unknown> {
  const members = new Map<string, unknown>();
  for (const [key, value] of map) {
    if (typeof key === "string") members.set(key, value);
    else if (key instanceof Uint8Array && key.length <= 64) members.set(decoder.decode(key), value);
  }
  return members;
}

/** A value on the wire: an array of numbers, or what a numpy scalar or anything else stands for. */
export type Reading =
  | { readonly kind: "array"; readonly array: Ndarray }
  | { readonly kind: "value"; readonly value: unknown };

/**
 * Reads what openpi's `msgpack_numpy` writes: maps with the key `__ndarray__` (`data`, `dtype`, `shape`) and
 * `__npgeneric__` (a scalar). Objects, voids and complex numbers are refused, as openpi refuses them.
 */
export function readValue(value: unknown): Outcome<Reading, string> {
  if (!(value instanceof Map)) return done({ kind: "value", value });
  const members = membersOf(value);
  if (members.get("__npgeneric__") === true) return done({ kind: "value", value: members.get("data") });
  if (members.get("__ndarray__") !== true) return done({ kind: "value", value });
  const array = readArray(members);
  return array.ok ? done({ kind: "array", array: array.value }) : array;
}

function readArray(members: ReadonlyMap<string, unknown>): Outcome<Ndarray, string> {
  const [dtype, shape, data] = [members.get("dtype"), members.get("shape"), members.get("data")];
  const [, order, kind = "", size = ""] = typeof dtype === "string" ? (DTYPE.exec(dtype) ?? []) : [];
  const type = kind + size;
  if (!isItemType(type) || (order === "|" && ITEM_BYTES[type] > 1))
    return failed("an array of numbers is needed: its dtype is none that is taken");
  if (!(data instanceof Uint8Array) || !isShape(shape)) return failed("an array lacks its data or its shape");
  const items = shape.reduce((product, length) => product * length, 1);
  if (items * ITEM_BYTES[type] !== data.length)
    return failed("an array's data has not the length that its shape and dtype say");
  return done({ type, littleEndian: order !== ">", shape, data });
}

const isItemType = (text: string): text is ItemType => Object.hasOwn(ITEM_BYTES, text);

const isShape = (value: unknown): value is number[] =>
  Array.isArray(value) &&
  value.length <= DIMENSIONS_MAX &&
  value.every((length) => Number.isSafeInteger(length) && length >= 0);

/** Half precision (IEEE 754 binary16). */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * 2 ** -24 * fraction;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * 2 ** (exponent - 25) * (1024 + fraction);
}

type ReadItem = (view: DataView, at: number, littleEndian: boolean) => number;

const READ_ITEM: Readonly<Record<ItemType, ReadItem>> = {
  b1: (view, at) => (view.getUint8(at) === 0 ? 0 : 1),
  u1: (view, at) => view.getUint8(at),
  i1: (view, at) => view.getInt8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  i2: (view, at, little) => view.getInt16(at, little),
  f2: (view, at, little) => float16(view.getUint16(at, little)),
  u4: (view, at, little) => view.getUint32(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  f4: (view, at, little) => view.getFloat32(at, little),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  f8: (view, at, little) => view.getFloat64(at, little),
};

/** All numbers of an array in C order. */
export function numbersOf({ type, littleEndian, data }: Ndarray): number[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const size = ITEM_BYTES[type];
  const read = READ_ITEM[type];
  const numbers: number[] = [];
  for (let at = 0; at < data.length; at += size) numbers.push(read(view, at, littleEndian));
  return numbers;
}

const KEYS = {
  ndarray: encoder.encode("__ndarray__"),
  data: encoder.encode("data"),
  dtype: encoder.encode("dtype"),
  shape: encoder.encode("shape"),
};

/** An array as openpi's client reads it: binary keys. `dtype` is numpy's name, such as `<f8` or `|u1`. */
export const writeArray = (
  data: Uint8Array,
  dtype: string,
  shape: readonly number[],
): ReadonlyMap<Uint8Array, WireValue> =>
  new Map<Uint8Array, WireValue>([
    [KEYS.ndarray, true],
    [KEYS.data, data],
    [KEYS.dtype, dtype],
    [KEYS.shape, shape],
  ]);

/** Numbers as an array of float64 of that shape. */
export function writeNumbers(numbers: readonly number[], shape: readonly number[]) {
  const data = new Uint8Array(numbers.length * 8);
  const view = new DataView(data.buffer);
  for (const [index, number] of numbers.entries()) view.setFloat64(index * 8, number, true);
  return writeArray(data, "<f8", shape);
}

/** A chunk of actions as one array of float64: steps by numbers. */
export const writeChunk = (chunk: readonly (readonly number[])[]) =>
  writeNumbers(chunk.flat(), [chunk.length, chunk[0]?.length ?? 0]);
