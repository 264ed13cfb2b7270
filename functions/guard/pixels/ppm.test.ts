import fc from "fast-check";
import { expect, test } from "vitest";
import { readPpm, writePpm } from "./ppm.ts";

test("a PPM is read as the pixels that were written, and one that was cut or grew is none", () => {
  const sides = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(sides, sides, fc.nat({ max: 255 }), (widthPixels, heightPixels, value) => {
      const rgb = new Uint8Array(widthPixels * heightPixels * 3).fill(value);
      const ppm = writePpm({ widthPixels, heightPixels, rgb });
      expect(readPpm(ppm)).toEqual({ widthPixels, heightPixels, rgb });
      expect(readPpm(ppm.slice(0, -1))).toBeNull();
      expect(readPpm(Uint8Array.from([...ppm, 0]))).toBeNull();
    }),
  );
});

test("no bytes whatsoever make the reader throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => readPpm(Uint8Array.from(bytes)) === null),
  );
});
