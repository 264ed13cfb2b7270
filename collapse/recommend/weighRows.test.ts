import fc from "fast-check";
import { expect, test } from "vitest";
import { copyCounter, weightOf, weightsOf } from "./weighRows.ts";

const ratios = fc.array(fc.double({ min: 1e-3, max: 400, noNaN: true }), { minLength: 1, maxLength: 60 });

test("weights sum to the rows, and none is above the cap times what capping took off", () => {
  fc.assert(
    fc.property(ratios, fc.constantFrom(3, 10), (some, cap) => {
      const weights = weightsOf(Float64Array.from(some), cap);
      const all = some.map((ratio) => weightOf(weights, ratio));
      expect(all.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(some.length, 6);
      expect(Math.max(...all)).toBeLessThanOrEqual(cap * weights.toOne + 1e-9);
    }),
  );
});

test("however many rows came by, the copies are off the weights by less than one", () => {
  fc.assert(
    fc.property(ratios, (some) => {
      const count = copyCounter();
      let [owed, given] = [0, 0];
      for (const ratio of some) {
        const weight = ratio / 40;
        owed += weight;
        given += count(weight);
        expect(Math.abs(owed - given)).toBeLessThanOrEqual(0.5 + 1e-9);
      }
    }),
  );
});
