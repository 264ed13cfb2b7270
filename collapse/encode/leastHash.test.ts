import { expect, test } from "vitest";
import { seededRandom } from "../numerics/random.ts";
import { leastHash } from "./leastHash.ts";

test("exactly the least hashes of a long stream are kept, in their order, each in the slot it was moved to", () => {
  const random = seededRandom(31, "hashes");
  const hashes = Float64Array.from({ length: 20_000 }, () => random.next());
  const kept = leastHash(500);
  const slots = new Float64Array(2_000);
  for (const hash of hashes) {
    const slot = kept.admit(hash);
    if (slot < 0) continue;
    slots[slot] = hash;
    kept.settle((staying) => {
      staying.forEach((from, to) => {
        slots[to] = slots[from] ?? 0;
      });
    });
  }
  expect(Array.from(kept.inOrder(), (slot) => slots[slot])).toEqual([...hashes.sort().subarray(0, 500)]);
});
