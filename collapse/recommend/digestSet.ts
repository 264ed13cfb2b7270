const FIRST_SLOTS = 1 << 16;

/** Digests that were seen, at 16 to 32 bytes each; a `Set` ends at 16.7 million. */
export interface DigestSet {
  /** Whether the digest was not there yet. */
  add(digest: number): boolean;
}

/** An open-addressed set of digests, of which every bit is as good as random. */
export function digestSet(): DigestSet {
  let slots = new Float64Array(FIRST_SLOTS).fill(-1);
  let size = 0;
  return {
    add: (digest) => {
      if (2 * size >= slots.length) slots = grown(slots);
      const slot = slotOf(slots, digest);
      if (slots[slot] === digest) return false;
      slots[slot] = digest;
      size++;
      return true;
    },
  };
}

/** Where the digest is, or is to be; the number of slots is a power of two. */
function slotOf(slots: Float64Array, digest: number): number {
  let slot = digest % slots.length;
  while (slots[slot] !== -1 && slots[slot] !== digest) slot = (slot + 1) % slots.length;
  return slot;
}

function grown(slots: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * slots.length).fill(-1);
  for (const digest of slots) if (digest !== -1) larger[slotOf(larger, digest)] = digest;
  return larger;
}
