const POLYNOMIAL = 0xedb88320;
const SLICES = 8;
const ADLER_MODULUS = 65_521;
/** As many bytes as both sums take before they must be reduced (RFC 1950), in whole words. */
const ADLER_RUN_WORDS = 5552 / 4;

/** Slicing by 8: entry [256 × n + byte] is how a byte changes the sum when n bytes follow it. */
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

const entry = (slice: number, byte: number): number => TABLE[256 * slice + (byte & 0xff)] ?? 0;

/** How a word of four bytes changes the sum when n bytes follow it; the lowest byte came first. */
const wordEntry = (following: number, word: number): number =>
  entry(following + 3, word) ^
  entry(following + 2, word >>> 8) ^
  entry(following + 1, word >>> 16) ^
  entry(following, word >>> 24);

/** Bytes as aligned words, little-endian as every engine has them, between the few that fill none. */
function inWords(bytes: Uint8Array) {
  const headBytes = Math.min(bytes.length, -bytes.byteOffset & 3);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + headBytes, (bytes.length - headBytes) >> 2);
  return { head: bytes.subarray(0, headBytes), words, tail: bytes.subarray(headBytes + 4 * words.length) };
}

/** One byte at a time. */
function addCrc(before: number, bytes: Uint8Array): number {
  let sum = before;
  for (const byte of bytes) sum = (sum >>> 8) ^ entry(0, sum ^ byte);
  return sum;
}

/** CRC-32 of PNG and zlib (ISO 3309), eight bytes at a time: a picture is summed while its robot waits. */
export function crc32(bytes: Uint8Array): number {
  const { head, words, tail } = inWords(bytes);
  let sum = addCrc(-1, head);
  const paired = words.length & ~1;
  for (let index = 0; index < paired; index += 2) {
    sum = wordEntry(4, sum ^ (words[index] ?? 0)) ^ wordEntry(0, words[index + 1] ?? 0);
  }
  if (paired < words.length) sum = wordEntry(0, sum ^ (words[paired] ?? 0));
  return ~addCrc(sum, tail) >>> 0;
}

/** Adler-32 (RFC 1950); of what follows other bytes, given theirs. */
export function adler32(bytes: Uint8Array, before = 1): number {
  const { head, words, tail } = inWords(bytes);
  let low = before & 0xffff;
  let high = before >>> 16;
  for (const byte of head) {
    low += byte;
    high += low;
  }
  for (let start = 0; start < words.length; start += ADLER_RUN_WORDS) {
    const end = Math.min(words.length, start + ADLER_RUN_WORDS);
    for (let index = start; index < end; index += 1) {
      const word = words[index] ?? 0;
      const first = word & 0xff;
      const second = (word >>> 8) & 0xff;
      const third = (word >>> 16) & 0xff;
      const fourth = word >>> 24;
      high += 4 * (low + first) + 3 * second + 2 * third + fourth;
      low += first + second + third + fourth;
    }
    low %= ADLER_MODULUS;
    high %= ADLER_MODULUS;
  }
  for (const byte of tail) {
    low += byte;
    high += low;
  }
  return (((high % ADLER_MODULUS) << 16) | (low % ADLER_MODULUS)) >>> 0;
}
