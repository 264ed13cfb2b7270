import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type SampleName, sampleImage } from "../privacy/testImages.ts";
import { imageHeader } from "./imageHeader.ts";

const STILL: readonly (readonly [SampleName, string])[] = [
  ["jpeg", "jpeg"],
  ["progressiveJpeg", "jpeg"],
  ["png", "png"],
  ["lossyWebp", "webp"],
  ["losslessWebp", "webp"],
  ["alphaWebp", "webp"],
];
const anySample = fc.constantFrom(...STILL.map(([name]) => name));

describe("imageHeader", () => {
  it.each(STILL)("reads format and size of a real %s", (name, format) => {
    const size = { format, widthPixels: 24, heightPixels: 17, animated: false };
    expect(imageHeader(sampleImage(name))).toEqual(size);
  });

  it("tells an animated WebP and an animated PNG from still ones", () => {
    expect(imageHeader(sampleImage("animatedWebp"))).toMatchObject({ animated: true });
    const png = sampleImage("png");
    const control = Uint8Array.from([0, 0, 0, 0, ...new TextEncoder().encode("acTL"), 0, 0, 0, 0]);
    const animated = Uint8Array.from([...png.subarray(0, 33), ...control, ...png.subarray(33)]);
    expect(imageHeader(animated)).toMatchObject({ animated: true });
  });

  it("reads a view into a larger buffer like the bytes alone", () => {
    for (const [name] of STILL) {
      const bytes = sampleImage(name);
      const larger = new Uint8Array(bytes.length + 14).fill(0xff);
      larger.set(bytes, 7);
      expect(imageHeader(larger.subarray(7, 7 + bytes.length))).toEqual(imageHeader(bytes));
    }
  });

  it("answers the true size or a failure for every truncation, never another size", () => {
    for (const [name] of STILL) {
      const bytes = sampleImage(name);
      for (let length = 0; length < bytes.length; length++) {
        const header = imageHeader(bytes.slice(0, length));
        if (!("failure" in header)) expect(header).toMatchObject({ widthPixels: 24, heightPixels: 17 });
      }
    }
  });

  it("takes a frame header that is too short for a size as broken", () => {
    for (let lengthBytes = 2; lengthBytes < 8; lengthBytes++) {
      const frame = [
        0xff,
        0xd8,
        0xff,
        0xc0,
        0,
        lengthBytes,
        ...Array.from({ length: lengthBytes - 2 }, () => 8),
      ];
      expect(imageHeader(Uint8Array.from(frame))).toEqual({ failure: "truncated_header" });
    }
  });

  it("never throws, whatever the bytes", () => {
    const damaged = fc
      .tuple(
        anySample,
        fc.array(fc.tuple(fc.nat({ max: 700 }), fc.integer({ min: 0, max: 255 })), { maxLength: 12 }),
      )
      .map(([name, changes]) => {
        const bytes = sampleImage(name);
        for (const [index, byte] of changes) if (index < bytes.length) bytes[index] = byte;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 80 })), (bytes) => {
        const header = imageHeader(bytes);
        if ("failure" in header) return;
        expect(header.widthPixels).toBeGreaterThan(0);
        expect(header.heightPixels).toBeGreaterThan(0);
      }),
      { numRuns: 2000 },
    );
  });
});
