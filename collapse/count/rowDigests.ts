import type { Block } from "../contracts/columns.ts";
import { mixed } from "../numerics/random.ts";

const rotated = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

/** A lane of murmur3 (Appleby): its state after one more word. */
const stirred = (state: number, word: number): number =>
  (Math.imul(rotated(state ^ Math.imul(rotated(word, 15), 0x1b873593), 13), 5) + 0xe6546b64) | 0;

/**
 * A digest of 52 bits of each row's given columns: rows that are equal in all of them have equal ones, in whichever
 * table, file or block; 0 and -0 are equal, and so are all missing values.
 */
export function rowDigests(block: Block, columns: readonly number[]): Float64Array {
  const first = new Int32Array(block.rows).fill(0x3c6ef372);
  const second = new Int32Array(block.rows).fill(0x1f83d9ab);
  for (const index of columns) {
    const column = block.columns[index] ?? null;
    if (column instanceof Float64Array) stirNumbers(column, first, second);
    else if (column) stirStrings(column, first, second);
  }
  const digests = new Float64Array(block.rows);
  for (let row = 0; row < digests.length; row++)
    digests[row] = (mixed(first[row] ?? 0) >>> 6) * 67_108_864 + (mixed(second[row] ?? 0) >>> 6);
  return digests;
}

function stirNumbers(column: Float64Array, first: Int32Array, second: Int32Array): void {
  const words = new Int32Array(column.buffer, column.byteOffset, 2 * column.length);
  for (let row = 0; row < first.length; row++) {
    let low = words[2 * row] ?? 0;
    let high = words[2 * row + 1] ?? 0;
    // One pattern of bits for whatever is missing, and one for either zero.
    if ((high & 0x7ff00000) === 0x7ff00000 && (low !== 0 || (high & 0xfffff) !== 0)) low = high = -1;
    else if (low === 0 && high === NEGATIVE) high = 0;
    first[row] = stirred(first[row] ?? 0, Math.imul(low, 0x9e3779b1) + Math.imul(high, 0x85ebca6b));
    second[row] = stirred(second[row] ?? 0, Math.imul(low, 0xc2b2ae35) + Math.imul(high, 0x27d4eb2f));
  }
}

/** The upper half of -0. */
const NEGATIVE = -2_147_483_648;

function stirStrings(column: readonly (string | null)[], first: Int32Array, second: Int32Array): void {
  for (let row = 0; row < first.length; row++) {
    const text = column[row] ?? null;
    let a = text === null ? 0x0badf00d : 0x811c9dc5;
    let b = text === null ? 0x0badf00d : text.length;
    if (text !== null)
      for (let index = 0; index < text.length; index++) {
        const unit = text.charCodeAt(index);
        a = Math.imul(a ^ unit, 0x01000193);
        b = Math.imul(b + unit, 0x9e3779b1) ^ (b >>> 15);
      }
    first[row] = stirred(first[row] ?? 0, mixed(a));
    second[row] = stirred(second[row] ?? 0, mixed(b));
  }
}
