import fc from "fast-check";
import { expect, it } from "vitest";
import { nestingScan } from "./findDeepNesting.ts";

const depthOf = (value: unknown): number =>
  typeof value === "object" && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map((inner) => depthOf(inner)))
    : 0;

it("tells the depth of any JSON, wherever the file is cut into parts", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(), (value, cut) => {
      const bytes = Buffer.from(JSON.stringify(value));
      const at = cut % (bytes.length + 1);
      const scan = nestingScan();
      scan(bytes.subarray(0, at));
      expect(scan(bytes.subarray(at))).toBe(depthOf(value));
    }),
  );
});
