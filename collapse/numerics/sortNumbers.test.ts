import fc from "fast-check";
import { expect, test } from "vitest";
import { seededRandom } from "./random.ts";
import { sortNumbers } from "./sortNumbers.ts";

test("thousands of numbers come as the language's own sort puts them, to the last bit", () => {
  const number = fc.oneof(
    fc.double({ noNaN: true }),
    fc.constantFrom(0, -0, Infinity, -Infinity, 5e-324, -5e-324, 1.7e308, -1.7e308),
  );
  fc.assert(
    fc.property(fc.array(number, { minLength: 1, maxLength: 40 }), fc.nat(), (few, seed) => {
      const random = seededRandom(seed, "sort");
      const values = Float64Array.from({ length: 3_000 }, () => few[random.whole(few.length)] ?? 0);
      for (let place = 0; place < 1_000; place++) values[place] = random.normal() * 10 ** random.whole(20);
      const expected = values.slice().sort();
      const sorted = sortNumbers(values);
      expect(Buffer.from(sorted.buffer).equals(Buffer.from(expected.buffer))).toBe(true);
    }),
    { numRuns: 40 },
  );
});
