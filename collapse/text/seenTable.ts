import { mixed } from "../numerics/random.ts";

/** A small set of whole numbers of 32 bits that is emptied in no time. */
export interface SeenTable {
  clear(): void;
  /** The place of the number among those added; -1 where it is not there. */
  find(value: number): number;
  /** Whether it was not there; it is now. More than half of the capacity is never added. */
  add(value: number): boolean;
  readonly size: number;
}

/** A set by open addressing; a stamp per slot says whether it was filled since the last `clear`. `slots`: a power of two. */
export function seenTable(slots: number): SeenTable {
  const values = new Int32Array(slots);
  const stamps = new Uint32Array(slots);
  const order = new Uint32Array(slots);
  let stamp = 1;
  let size = 0;
  const slotOf = (value: number): number => {
    let slot = mixed(value) & (slots - 1);
    while (stamps[slot] === stamp && values[slot] !== value) slot = (slot + 1) & (slots - 1);
    return slot;
  };
  return {
    clear: () => {
      stamp++;
      size = 0;
    },
    find: (value) => {
      const slot = slotOf(value | 0);
      return stamps[slot] === stamp ? (order[slot] ?? 0) : -1;
    },
    add: (value) => {
      const slot = slotOf(value | 0);
      if (stamps[slot] === stamp) return false;
      if (2 * size >= slots) return false;
      stamps[slot] = stamp;
      values[slot] = value | 0;
      order[slot] = size++;
      return true;
    },
    get size() {
      return size;
    },
  };
}
