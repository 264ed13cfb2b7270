import fc from "fast-check";
import { expect, test } from "vitest";
import { BoundedMap } from "./boundedMap.ts";

test("holds exactly the entries used last", () => {
  const use = fc.record({ key: fc.constantFrom("a", "b", "c", "d", "e"), write: fc.boolean() });
  fc.assert(
    fc.property(fc.array(use), fc.integer({ min: 1, max: 4 }), (uses, capacity) => {
      const map = new BoundedMap<string>(capacity);
      let recent: string[] = [];
      for (const { key, write } of uses) {
        if (write) map.set(key, key);
        else expect(map.get(key)).toBe(recent.includes(key) ? key : undefined);
        if (write || recent.includes(key))
          recent = [key, ...recent.filter((other) => other !== key)].slice(0, capacity);
      }
    }),
  );
});
