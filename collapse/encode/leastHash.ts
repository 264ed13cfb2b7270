import { sortNumbers } from "../numerics/sortNumbers.ts";
import { countBelow } from "./edgesOf.ts";

/** Keeps the `capacity` rows with the least hashes out of a stream, in slots that the caller fills. */
export interface LeastHash {
  /** Slots in use; at most `slots`. */
  readonly size: number;
  wants(hash: number): boolean;
  /** A slot for the row, or -1 where it cannot be among the least. Fill the slot, then call `settle`. */
  admit(hash: number): number;
  /** Makes room when all slots are used: `move` is told which slots stay, ascending; they become the first. */
  settle(move: (staying: Uint32Array) => void): void;
  /** The slots of the least, in the order of their hashes. */
  inOrder(): Uint32Array;
}

/**
 * Bottom-k sampling: which rows are kept depends on their hashes alone. A quarter more slots than the capacity are
 * used, so that the rows to drop are chosen once in so many.
 */
export function leastHash(capacity: number): LeastHash {
  const slots = capacity + (capacity >> 2) + 1;
  let hashes = new Float64Array(Math.min(slots, 4_096));
  let threshold = Infinity;
  let size = 0;
  return {
    get size() {
      return size;
    },
    wants: (hash) => hash < threshold,
    admit: (hash) => {
      if (hash >= threshold) return -1;
      if (size === hashes.length) hashes = grown(hashes, slots);
      hashes[size] = hash;
      return size++;
    },
    settle: (move) => {
      if (size < slots) return;
      threshold = sortNumbers(hashes.slice(0, size))[capacity] ?? Infinity;
      const staying = new Uint32Array(capacity);
      let kept = 0;
      for (let slot = 0; slot < size; slot++) if ((hashes[slot] ?? 0) < threshold) staying[kept++] = slot;
      for (let place = 0; place < kept; place++) hashes[place] = hashes[staying[place] ?? 0] ?? 0;
      size = kept;
      move(staying.subarray(0, kept));
    },
    inOrder: () => orderOf(hashes.subarray(0, size)).subarray(0, capacity),
  };
}

/** The places of numbers, the least number's first. The numbers are sorted alone: that needs no function to compare. */
function orderOf(values: Float64Array): Uint32Array {
  const sorted = sortNumbers(values.slice());
  const order = new Uint32Array(values.length);
  const taken = new Uint8Array(values.length);
  for (let place = 0; place < values.length; place++) {
    let rank = countBelow(sorted, values[place] ?? 0);
    while (taken[rank] === 1) rank++;
    taken[rank] = 1;
    order[rank] = place;
  }
  return order;
}

/** The same numbers with room for twice as many, up to `limit`. */
function grown(values: Float64Array<ArrayBuffer>, limit: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(Math.min(limit, values.length * 2));
  larger.set(values);
  return larger;
}
