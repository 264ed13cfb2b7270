import type { Random } from "../numerics/random.ts";

/**
 * Prepares choices of distinct whole numbers below `count`. Each call gives `chosen` of them in random order (the
 * first steps of Fisher and Yates; they may start at any order, so the one before is gone on with).
 */
export function chooserOf(count: number, random: Random): (chosen: number) => Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  return (chosen) => {
    const length = Math.min(chosen, count);
    for (let place = 0; place < length; place++) {
      const other = place + random.whole(count - place);
      const kept = order[place] ?? 0;
      order[place] = order[other] ?? 0;
      order[other] = kept;
    }
    return order.slice(0, length);
  };
}
