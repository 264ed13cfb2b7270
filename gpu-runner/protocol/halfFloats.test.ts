import fc from "fast-check";
import { expect, it } from "vitest";
import { fromBrain, fromHalf, toBrain, toHalf } from "./halfFloats.ts";

const bits = fc.integer({ min: 0, max: 0xffff });

it.each([
  ["FP16", fromHalf, toHalf],
  ["BF16", fromBrain, toBrain],
])("every %s that is a number comes back bit for bit", (_name, widen, narrow) => {
  fc.assert(
    fc.property(bits, (one) => {
      const number = widen(one);
      if (!Number.isNaN(number)) expect(narrow(number)).toBe(one);
      else expect(widen(narrow(number))).toBeNaN();
    }),
    { numRuns: 2000 },
  );
});

it.each([
  ["FP16", fromHalf, toHalf, 60_000],
  ["BF16", fromBrain, toBrain, 3e38],
])("no %s lies nearer to a number than the one that is chosen", (_name, widen, narrow, most) => {
  fc.assert(
    fc.property(fc.double({ min: -most, max: most, noNaN: true }), (wide) => {
      const number = Math.fround(wide);
      const chosen = narrow(number);
      const away = Math.abs(widen(chosen) - number);
      for (const other of [chosen - 1, chosen + 1]) {
        const distance = Math.abs(widen(other & 0xffff) - number);
        if (!Number.isNaN(distance)) expect(away).toBeLessThanOrEqual(distance);
      }
    }),
  );
});

it("takes ties to even, and what is too large to infinity", () => {
  expect(toHalf(1 + 2 ** -11)).toBe(0x3c00);
  expect(toHalf(1 + 3 * 2 ** -11)).toBe(0x3c02);
  expect(toBrain(1 + 2 ** -8)).toBe(0x3f80);
  expect(toBrain(1 + 3 * 2 ** -8)).toBe(0x3f82);
  expect([fromHalf(toHalf(1e6)), fromBrain(toBrain(-3.4e38))]).toEqual([
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ]);
});
