import fc from "fast-check";
import { expect, test } from "vitest";
import { indexRows, nearestSquared } from "./nearestRow.ts";

const tables = fc.integer({ min: 1, max: 5 }).chain((width) =>
  fc.record({
    width: fc.constant(width),
    rows: fc.array(
      fc.array(
        fc.integer({ min: -16, max: 16 }).map((eighths) => eighths / 8),
        { minLength: width, maxLength: width },
      ),
      {
        minLength: 2,
        maxLength: 30,
      },
    ),
    within: fc.constantFrom(Number.POSITIVE_INFINITY, 0.5),
  }),
);

test("the nearest row is as near as one that was found by comparing all", () => {
  fc.assert(
    fc.property(tables, ({ width, rows, within }) => {
      const [asked = [], ...others] = rows;
      const encoded = Float64Array.from(rows.flat());
      const index = indexRows(
        encoded,
        width,
        Uint32Array.from(others, (_, at) => at + 1),
      );
      const distances = others.map((other) =>
        other.reduce((sum, value, at) => sum + (value - (asked[at] ?? 0)) ** 2, 0),
      );
      expect(nearestSquared(index, encoded, 0, within)).toBe(Math.min(within, ...distances));
    }),
  );
});
