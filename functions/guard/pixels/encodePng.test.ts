import { crc32 as nativeCrc32 } from "node:zlib";
import fc from "fast-check";
import sharp from "sharp";
import { expect, test } from "vitest";
import { crc32 } from "./checksums.ts";
import { encodePng } from "./encodePng.ts";

const sizes = fc.integer({ min: 1, max: 200 });

test("what is encoded is decoded to the same pixels, at every size", async () => {
  await fc.assert(
    fc.asyncProperty(sizes, sizes, fc.integer(), async (widthPixels, heightPixels, seed) => {
      const rgb = new Uint8Array(widthPixels * heightPixels * 3).map(
        (_, index) => Math.imul(index, seed) >> 7,
      );
      const png = encodePng({ widthPixels, heightPixels, rgb });
      const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
      expect([info.width, info.height]).toEqual([widthPixels, heightPixels]);
      expect(Buffer.compare(data, rgb)).toBe(0);
    }),
    { numRuns: 40 },
  );
});

test("the checksum is that of zlib", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1000 }), (bytes) => {
      expect(crc32(bytes)).toBe(nativeCrc32(bytes));
    }),
  );
});
