const POLYNOMIAL = 0xedb88320;
const SLICES = 4;
const ADLER_MODULUS = 65_521;
/** As many bytes as both sums take before they must be reduced (RFC 1950). */
const ADLER_RUN_BYTES = 5552;

/** Slicing by 4: entry [256 × n + byte] is how a byte changes the sum when n bytes follow it. */
const TABLE = makeTable();

function makeTable(): Int32Array {
  const table = new Int32Array(256 * SLICES);
  for (let byte = 0; byte < 256; byte += 1) {
    let rest = byte;
    for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ POLYNOMIAL : rest >>> 1;
    table[byte] = rest;
  }
  for (let entry = 256; entry < table.length; entry += 1) {
    const before = table[entry - 256] ?? 0;
    table[entry] = (before >>> 8) ^ (table[before & 0xff] ?? 0);
  }
  return table;
}

const at = (bytes: Uint8Array, index: number): number => bytes[index] ?? 0;
const entry = (slice: number, byte: number): number => TABLE[256 * slice + (byte & 0xff)] ?? 0;

/** CRC-32 of PNG and zlib (ISO 3309), four bytes at a time: a picture is summed while its robot waits. */
export function crc32(bytes: Uint8Array): number {
  let sum = -1;
  const whole = bytes.length - (bytes.length % SLICES);
  for (let index = 0; index < whole; index += SLICES) {
    sum ^=
      at(bytes, index) |
      (at(bytes, index + 1) << 8) |
      (at(bytes, index + 2) << 16) |
      (at(bytes, index + 3) << 24);
    sum = entry(3, sum) ^ entry(2, sum >>> 8) ^ entry(1, sum >>> 16) ^ entry(0, sum >>> 24);
  }
  for (let index = whole; index < bytes.length; index += 1)
    sum = (sum >>> 8) ^ entry(0, sum ^ at(bytes, index));
  return ~sum >>> 0;
}

/** Adler-32 (RFC 1950). */
export function adler32(bytes: Uint8Array): number {
  let low = 1;
  let high = 0;
  for (let start = 0; start < bytes.length; start += ADLER_RUN_BYTES) {
    const end = Math.min(bytes.length, start + ADLER_RUN_BYTES);
    for (let index = start; index < end; index += 1) {
      low += at(bytes, index);
      high += low;
    }
    low %= ADLER_MODULUS;
    high %= ADLER_MODULUS;
  }
  return ((high << 16) | low) >>> 0;
}
