import { createHash } from "node:crypto";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import { fromPlanes, writePlanes } from "./planes.ts";

// How a profile lies in its file:
//
//   8 bytes  the mark: 89 "HGPF" 0d 0a 1a; whoever treats the file as text breaks it visibly
//   u32      version of the format
//   u32      bytes of the header, unpacked
//   u32      numbers
//   u32      bytes of what is packed
//   32 bytes SHA-256 of the four words above and of what is packed
//   packed   zstd of the header (JSON in UTF-8) and the planes of the numbers
//
// Words are little-endian. Numbers are float64 and come back to the last bit.

const MARK = Uint8Array.of(0x89, 0x48, 0x47, 0x50, 0x46, 0x0d, 0x0a, 0x1a);
export const FORMAT_VERSION = 1;
const WORDS_FROM = MARK.length;
const DIGEST_FROM = WORDS_FROM + 16;
const PACKED_FROM = DIGEST_FROM + 32;

/** What a file may unpack to: more is nobody's profile, and is refused before room is made for it. */
const MOST_HEADER_BYTES = 2 ** 25;
export const MOST_NUMBERS = 2 ** 25;
/** The largest file that is read at all. */
export const MOST_FILE_BYTES = 2 ** 27;

/** A header of which nothing is known yet, and the numbers behind it. */
export interface Unsealed {
  readonly header: unknown;
  readonly numbers: Float64Array;
}

/** Why bytes are no profile that can be read; `version` where it is another one. */
export type Refusal =
  | { readonly kind: "damaged"; readonly reason: string }
  | { readonly kind: "too_new"; readonly version: number };

/** Whether a file that begins so is a profile. */
export const isSealed = (head: Uint8Array): boolean => MARK.every((byte, index) => head[index] === byte);

/** Writes a profile's bytes: the same header and numbers give the same ones. */
export function seal(header: object, numbers: Float64Array): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const raw = new Uint8Array(text.length + 8 * numbers.length);
  raw.set(text);
  writePlanes(numbers, raw.subarray(text.length));
  const packed = zstdCompressSync(raw);
  const bytes = new Uint8Array(PACKED_FROM + packed.length);
  bytes.set(MARK);
  const words = new DataView(bytes.buffer, WORDS_FROM);
  [FORMAT_VERSION, text.length, numbers.length, packed.length].forEach((word, index) => {
    words.setUint32(4 * index, word, true);
  });
  bytes.set(packed, PACKED_FROM);
  bytes.set(digestOf(bytes), DIGEST_FROM);
  return bytes;
}

/** Reads what `seal` wrote. Refuses whatever was cut, changed, is of a later version, or would unpack to too much. */
export function unseal(bytes: Uint8Array): Outcome<Unsealed, Refusal> {
  if (!isSealed(bytes)) return damaged("it does not begin as a profile does");
  if (bytes.length < PACKED_FROM) return damaged("it ends within its first bytes");
  const words = new DataView(bytes.buffer, bytes.byteOffset + WORDS_FROM);
  const [version, headerBytes, numbers, packedBytes] = [0, 4, 8, 12].map((at) => words.getUint32(at, true));
  if (version === undefined || headerBytes === undefined || numbers === undefined)
    return damaged("it is short");
  if (version > FORMAT_VERSION) return failed({ kind: "too_new", version });
  if (bytes.length !== PACKED_FROM + (packedBytes ?? 0))
    return damaged("its length is not the one it states");
  if (!digestOf(bytes).equals(bytes.subarray(DIGEST_FROM, PACKED_FROM)))
    return damaged("its checksum does not hold");
  if (version < 1 || headerBytes > MOST_HEADER_BYTES || numbers > MOST_NUMBERS)
    return damaged("it states sizes that no profile has");
  return unpack(bytes.subarray(PACKED_FROM), headerBytes, numbers);
}

function unpack(packed: Uint8Array, headerBytes: number, numbers: number): Outcome<Unsealed, Refusal> {
  const size = headerBytes + 8 * numbers;
  try {
    const raw = zstdDecompressSync(packed, { maxOutputLength: Math.max(size, 1) });
    if (raw.length !== size) return damaged("it unpacks to another size than it states");
    const text = new TextDecoder("utf-8", { fatal: true }).decode(raw.subarray(0, headerBytes));
    return done({ header: JSON.parse(text), numbers: fromPlanes(raw.subarray(headerBytes)) });
  } catch {
    // zstd, UTF-8 and JSON each throw where their content is broken.
    return damaged("its content cannot be unpacked");
  }
}

const damaged = (reason: string): { readonly ok: false; readonly failure: Refusal } =>
  failed({ kind: "damaged", reason });

const digestOf = (bytes: Uint8Array): Buffer =>
  createHash("sha256")
    .update(bytes.subarray(WORDS_FROM, DIGEST_FROM))
    .update(bytes.subarray(PACKED_FROM))
    .digest();
