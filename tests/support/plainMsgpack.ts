// MessagePack as far as openpi's frames need it, written from its specification (github.com/msgpack/msgpack) and
// from nothing of ours: what our own codec gets wrong, this one must not get wrong with it.

/** What a frame may hold. Byte strings are Buffers; maps have any keys. */
export type Packable = null | boolean | number | string | Buffer | readonly Packable[] | PackableMap;
export type PackableMap = ReadonlyMap<string | Buffer, Packable>;

/** Writes one value; whole numbers as integers, others as float64. */
export function pack(value: Packable): Buffer {
  if (value === null) return Buffer.of(0xc0);
  if (typeof value === "boolean") return Buffer.of(value ? 0xc3 : 0xc2);
  if (typeof value === "number") return packNumber(value);
  if (typeof value === "string") {
    const text = Buffer.from(value);
    return Buffer.concat([text.length < 32 ? Buffer.of(0xa0 | text.length) : head(0xdb, text.length), text]);
  }
  if (Buffer.isBuffer(value)) return Buffer.concat([head(0xc6, value.length), value]);
  if (value instanceof Map)
    return Buffer.concat([head(0xdf, value.size), ...[...value].flat().map((item) => pack(item))]);
  const items = [...(value as readonly Packable[])];
  return Buffer.concat([head(0xdd, items.length), ...items.map(pack)]);
}

/** A type with a length of four bytes behind it. */
function head(type: number, length: number): Buffer {
  const bytes = Buffer.alloc(5, type);
  bytes.writeUInt32BE(length, 1);
  return bytes;
}

function packNumber(value: number): Buffer {
  const bytes = Buffer.alloc(9);
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
    bytes[0] = 0xd3;
    bytes.writeBigInt64BE(BigInt(value), 1);
  } else {
    bytes[0] = 0xcb;
    bytes.writeDoubleBE(value, 1);
  }
  return bytes;
}

/** Reads one value; maps are Maps, byte strings Buffers. Throws on anything else. */
export function unpack(frame: Uint8Array): unknown {
  const bytes = Buffer.from(frame);
  let at = 0;
  const take = (length: number): Buffer => {
    at += length;
    if (at > bytes.length) throw new Error("The frame ends too early.");
    return bytes.subarray(at - length, at);
  };
  const size = (width: number): number => take(width).readUIntBE(0, width);
  const many = (length: number): unknown[] => Array.from({ length }, read);
  const map = (length: number): Map<unknown, unknown> =>
    new Map(Array.from({ length }, () => [read(), read()] as const));
  const text = (length: number): string => take(length).toString();

  function read(): unknown {
    const type = size(1);
    if (type < 0x80) return type;
    if (type >= 0xe0) return type - 0x100;
    if (type < 0x90) return map(type & 0x0f);
    if (type < 0xa0) return many(type & 0x0f);
    if (type < 0xc0) return text(type & 0x1f);
    const readers: Record<number, () => unknown> = {
      192: () => null,
      194: () => false,
      195: () => true,
      196: () => take(size(1)),
      197: () => take(size(2)),
      198: () => take(size(4)),
      202: () => take(4).readFloatBE(),
      203: () => take(8).readDoubleBE(),
      204: () => size(1),
      205: () => size(2),
      206: () => size(4),
      207: () => Number(take(8).readBigUInt64BE()),
      208: () => take(1).readInt8(),
      209: () => take(2).readInt16BE(),
      210: () => take(4).readInt32BE(),
      211: () => Number(take(8).readBigInt64BE()),
      217: () => text(size(1)),
      218: () => text(size(2)),
      219: () => text(size(4)),
      220: () => many(size(2)),
      221: () => many(size(4)),
      222: () => map(size(2)),
      223: () => map(size(4)),
    };
    const reader = readers[type];
    if (reader === undefined) throw new Error(`There is no msgpack type ${type.toString(16)} here.`);
    return reader();
  }

  const value = read();
  if (at !== bytes.length) throw new Error("The frame goes on after its value.");
  return value;
}

/** An array as openpi's `msgpack_numpy` writes it: binary keys, numpy's name of the type. */
export function ndarray(rows: readonly (readonly number[])[], dtype: "<f4" | "<f8" = "<f4"): PackableMap {
  const numbers = rows.flat();
  const data = dtype === "<f4" ? Float32Array.from(numbers) : Float64Array.from(numbers);
  return new Map<Buffer, Packable>([
    [Buffer.from("__ndarray__"), true],
    [Buffer.from("data"), Buffer.from(data.buffer)],
    [Buffer.from("dtype"), dtype],
    [Buffer.from("shape"), [rows.length, rows[0]?.length ?? 0]],
  ]);
}
