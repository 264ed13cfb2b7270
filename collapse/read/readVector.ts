import {
  DuckDBDoubleVector,
  DuckDBListVector,
  DuckDBUBigIntVector,
  type DuckDBVector,
} from "@duckdb/node-api";

/** The numbers of a vector; a view of DuckDB's own memory: copy it, never keep it. */
export function numberItems(vector: DuckDBVector): Float64Array {
  if (!(vector instanceof DuckDBDoubleVector)) throw new Error("a column of numbers is not one of DOUBLE");
  // biome-ignore lint/complexity/useLiteralKeys: it is private, and the only way to read without a call per value.
  return vector["items"];
}

const MOST_KEPT = 65_536;
/** Twice as many places as strings, so that a search is short. */
const PLACES = 2 * MOST_KEPT;

/**
 * Decodes strings, each distinct one once: to decode one takes some 450 ns, to find it by DuckDB's 64-bit hash 20 ns.
 * Behind the first 65,536 distinct ones each is decoded, so that memory stays flat.
 */
export class StringReader {
  readonly #low = new Uint32Array(PLACES);
  readonly #high = new Uint32Array(PLACES);
  readonly #strings: (string | null | undefined)[] = [];
  #kept = 0;

  /** Copies rows `from` up to `from + count` of `vector` into `into`, from `at` on. `hashes` are the rows' hashes. */
  read(
    vector: DuckDBVector,
    hashes: DuckDBVector,
    { from, count, at }: { from: number; count: number; at: number },
    into: (string | null)[],
  ): void {
    const words = wordsOf(hashes);
    for (let row = 0; row < count; row++) {
      const low = words[2 * (from + row)] ?? 0;
      const high = words[2 * (from + row) + 1] ?? 0;
      into[at + row] = this.#find(low, high, vector, from + row);
    }
  }

  #find(low: number, high: number, vector: DuckDBVector, row: number): string | null {
    let place = (low ^ high) & (PLACES - 1);
    for (;;) {
      const known = this.#strings[place];
      if (known === undefined) break;
      if (this.#low[place] === low && this.#high[place] === high) return known;
      place = (place + 1) & (PLACES - 1);
    }
    const decoded = textAt(vector, row);
    if (this.#kept < MOST_KEPT) {
      this.#kept++;
      this.#low[place] = low;
      this.#high[place] = high;
      this.#strings[place] = decoded;
    }
    return decoded;
  }
}

/** Rows `from` up to `from + count` of a vector of documents, which are too long to remember. */
export function readDocuments(
  vector: DuckDBVector,
  { from, count, at }: { from: number; count: number; at: number },
  into: (string | null)[],
): void {
  for (let row = 0; row < count; row++) into[at + row] = textAt(vector, from + row);
}

/** The same of lists of numbers: their first `width`, all NaN where there is no list or one is not finite. */
export function readLists(
  vector: DuckDBVector,
  { from, count, at }: { from: number; count: number; at: number },
  width: number,
  into: Float64Array,
): void {
  if (!(vector instanceof DuckDBListVector)) throw new Error("a column of lists is not one of DOUBLE[]");
  const items = vector.childVector.itemCount === 0 ? new Float64Array(0) : numberItems(vector.childVector);
  for (let row = 0; row < count; row++) {
    const to = into.subarray((at + row) * width, (at + row + 1) * width);
    const start = vector.getEntryOffset(from + row);
    const list = items.subarray(start, start + width);
    if (vector.getEntryLength(from + row) >= width && list.every(Number.isFinite)) to.set(list);
    else to.fill(Number.NaN);
  }
}

function textAt(vector: DuckDBVector, row: number): string | null {
  const item = vector.getItem(row);
  return item === null || item === undefined ? null : String(item);
}

/** 64-bit hashes as couples of 32-bit words, for a bigint per row would be slow. */
function wordsOf(hashes: DuckDBVector): Uint32Array {
  if (!(hashes instanceof DuckDBUBigIntVector)) throw new Error("a column of hashes is not one of UBIGINT");
  // biome-ignore lint/complexity/useLiteralKeys: it is private, and the only way to read without a call per value.
  const { buffer, byteOffset, length } = hashes["items"];
  return new Uint32Array(buffer, byteOffset, 2 * length);
}
