import { crc32 as zlibCrc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { imageHeader } from "../gates/imageHeader.ts";
import { joinBytes, latinBytes } from "./bytes.ts";
import { endOfJpegScan } from "./jpegSegments.ts";
import { type Orientation, readOrientation, writeOrientation } from "./orientation.ts";
import { stripImageMetadata } from "./stripImageMetadata.ts";
import { type SampleName, sampleImage } from "./testImages.ts";

const SAMPLES: readonly SampleName[] = [
  "jpeg",
  "progressiveJpeg",
  "png",
  "lossyWebp",
  "losslessWebp",
  "alphaWebp",
];
const SECRET = "GPS 52.5200N 13.4050E Zebediah Quux 1971-02-03";

const stripped = (bytes: Uint8Array) => {
  const outcome = stripImageMetadata(bytes);
  if (!outcome.ok) throw new Error(outcome.failure);
  return outcome.value;
};

const holds = (bytes: Uint8Array, text: string): boolean => String.fromCharCode(...bytes).includes(text);

const jpegSegment = (marker: number, payload: Uint8Array) =>
  joinBytes([Uint8Array.of(0xff, marker, (payload.length + 2) >> 8, (payload.length + 2) & 255), payload]);

function pngChunk(type: string, data: Uint8Array) {
  const body = joinBytes([latinBytes(type), data]);
  const chunk = new Uint8Array(body.length + 8);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, data.length);
  chunk.set(body, 4);
  view.setUint32(body.length + 4, zlibCrc32(body));
  return chunk;
}

function webpChunk(type: string, data: Uint8Array) {
  const chunk = new Uint8Array(8 + data.length + (data.length % 2));
  chunk.set(latinBytes(type));
  new DataView(chunk.buffer).setUint32(4, data.length, true);
  chunk.set(data, 8);
  return chunk;
}

/** Inserts bytes into an image at an offset, and mends the size of a RIFF container. */
function insert(bytes: Uint8Array, offset: number, ...parts: Uint8Array[]): Uint8Array {
  const joined = joinBytes([bytes.subarray(0, offset), ...parts, bytes.subarray(offset)]);
  if (holds(joined.subarray(0, 4), "RIFF")) new DataView(joined.buffer).setUint32(4, joined.length - 8, true);
  return joined;
}

/** Every place of each format in which metadata lives, holding this payload. */
function planted(name: SampleName, payload: Uint8Array): Uint8Array[] {
  const image = sampleImage(name);
  if (name.endsWith("peg")) return plantedJpeg(image, payload);
  if (name === "png") {
    const places = ["tEXt", "zTXt", "iTXt", "eXIf", "tIME", "prVt", "bKGD"];
    return places.flatMap((type) => [
      insert(image, 33, pngChunk(type, payload)),
      insert(image, image.length - 12, pngChunk(type, payload)),
      joinBytes([image, payload]),
    ]);
  }
  const places = ["EXIF", "XMP ", "JUNK"].map((type) =>
    insert(image, image.length, webpChunk(type, payload)),
  );
  return [...places, joinBytes([image, payload])];
}

function plantedJpeg(image: Uint8Array, payload: Uint8Array): Uint8Array[] {
  const heads = ["", "Exif\0\0", "http://ns.adobe.com/xap/1.0/\0", "MPF\0", "JFXX\0", "Photoshop 3.0\0"];
  const markers = [0xe0, 0xe1, 0xe2, 0xe3, 0xe9, 0xed, 0xee, 0xef, 0xfe, 0xf0, 0xc8, 0xdf];
  const segments = markers.flatMap((marker) =>
    heads.map((head) => jpegSegment(marker, joinBytes([latinBytes(head), payload]))),
  );
  const thumbnail = joinBytes([latinBytes("JFIF\0"), Uint8Array.of(1, 2, 0, 0, 1, 0, 1, 5, 5), payload]);
  return [
    ...segments.map((segment) => insert(image, 2, segment)),
    insert(image, image.length - 2, jpegSegment(0xfe, payload)),
    insert(image, 2, jpegSegment(0xe0, thumbnail)),
    insert(image, 2, jpegSegment(0xee, joinBytes([latinBytes("Adobe"), new Uint8Array(7), payload]))),
    joinBytes([image, payload]),
  ];
}

describe("stripImageMetadata", () => {
  it("leaves no planted run of bytes, wherever metadata lives, and the very same clean image", () => {
    for (const name of SAMPLES) {
      const clean = stripped(sampleImage(name)).bytes;
      for (const dirty of planted(name, latinBytes(SECRET))) {
        expect(holds(dirty, SECRET)).toBe(true);
        const { bytes } = stripped(dirty);
        expect(holds(bytes, SECRET)).toBe(false);
        // An extra APP0 or APP14 head may stay, empty of what it carried.
        expect(bytes.length - clean.length).toBeLessThan(40);
      }
    }
  });

  it("leaves no planted run of bytes, whatever the run", () => {
    const payload = fc.uint8Array({ minLength: 9, maxLength: 60 }).filter((run) => new Set(run).size > 5);
    fc.assert(
      fc.property(fc.constantFrom(...SAMPLES), payload, (name, run) => {
        const text = String.fromCharCode(...run);
        for (const dirty of planted(name, run)) {
          const outcome = stripImageMetadata(dirty);
          if (outcome.ok) expect(holds(outcome.value.bytes, text)).toBe(false);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("keeps the coded pixels, byte for byte, and with them size and format", () => {
    for (const name of SAMPLES) {
      const image = sampleImage(name);
      for (const dirty of planted(name, latinBytes(SECRET))) {
        const { bytes } = stripped(dirty);
        expect(imageHeader(bytes)).toEqual(imageHeader(image));
        expect(holds(bytes, String.fromCharCode(...codedPixels(name, image)))).toBe(true);
      }
    }
  });

  it("changes nothing in its own answer, and nothing in the image that it was given", () => {
    for (const name of SAMPLES) {
      for (const dirty of planted(name, latinBytes(SECRET))) {
        const before = dirty.slice();
        const once = stripped(dirty).bytes;
        expect(stripped(once).bytes).toEqual(once);
        expect(dirty).toEqual(before);
      }
    }
  });

  it("keeps a JFIF head without the thumbnail that it announced", () => {
    const head = joinBytes([
      latinBytes("JFIF\0"),
      Uint8Array.of(1, 2, 0, 0, 1, 0, 1, 2, 2),
      new Uint8Array(12).fill(7),
    ]);
    const { bytes } = stripped(insert(sampleImage("jpeg"), 2, jpegSegment(0xe0, head)));
    expect(Array.from(bytes.subarray(2, 20))).toEqual([0xff, 0xe0, 0, 16, ...head.subarray(0, 12), 0, 0]);
  });

  it("keeps of EXIF the orientation alone, written anew", () => {
    const exif = (orientation: number) => joinBytes([writeOrientationAs(orientation), latinBytes(SECRET)]);
    const oriented: [SampleName, (tiff: Uint8Array) => Uint8Array][] = [
      [
        "jpeg",
        (tiff) =>
          insert(sampleImage("jpeg"), 2, jpegSegment(0xe1, joinBytes([latinBytes("Exif\0\0"), tiff]))),
      ],
      ["png", (tiff) => insert(sampleImage("png"), 33, pngChunk("eXIf", tiff))],
      [
        "alphaWebp",
        (tiff) => insert(sampleImage("alphaWebp"), sampleImage("alphaWebp").length, webpChunk("EXIF", tiff)),
      ],
    ];
    for (const [name, plant] of oriented) {
      const { bytes, orientation } = stripped(plant(exif(6)));
      expect(orientation).toBe(6);
      expect(holds(bytes, SECRET)).toBe(false);
      expect(stripped(bytes)).toMatchObject({ orientation: 6, bytes });
      expect(imageHeader(bytes)).toEqual(imageHeader(sampleImage(name)));
      expect(stripped(plant(exif(1))).bytes).toEqual(stripped(sampleImage(name)).bytes);
      expect(stripped(plant(exif(77)))).toMatchObject({ orientation: 1 });
    }
  });

  it("clears the flags of a WebP whose EXIF and XMP are gone, and keeps those of alpha and profile", () => {
    const image = sampleImage("alphaWebp");
    image[20] = (image[20] ?? 0) | 0x2c;
    expect(stripped(image).bytes[20]).toBe(0x30);
  });

  it("writes chunks whose checksum holds", () => {
    const { bytes } = stripped(insert(sampleImage("png"), 33, pngChunk("eXIf", writeOrientationAs(8))));
    const start = 33;
    const view = new DataView(bytes.buffer);
    const end = start + 8 + view.getUint32(start);
    expect(view.getUint32(end)).toBe(zlibCrc32(bytes.subarray(start + 4, end)));
  });

  it("fails on what is cut off instead of keeping a part, at every length", () => {
    for (const name of SAMPLES) {
      const image = sampleImage(name);
      for (let length = 0; length < image.length - 1; length++) {
        expect(stripImageMetadata(image.slice(0, length)).ok).toBe(false);
      }
    }
    expect(stripImageMetadata(sampleImage("animatedWebp"))).toEqual({ ok: false, failure: "animated" });
    expect(stripImageMetadata(latinBytes("GIF89a"))).toEqual({ ok: false, failure: "unsupported_format" });
  });

  it("never throws, whatever the bytes", () => {
    const changes = fc.array(fc.tuple(fc.nat({ max: 700 }), fc.integer({ min: 0, max: 255 })), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...SAMPLES),
        changes,
        fc.uint8Array({ maxLength: 40 }),
        (name, places, rest) => {
          const bytes = joinBytes([sampleImage(name), rest]);
          for (const [index, byte] of places) if (index < bytes.length) bytes[index] = byte;
          expect(typeof stripImageMetadata(bytes).ok).toBe("boolean");
          expect(typeof stripImageMetadata(rest).ok).toBe("boolean");
          expect(readOrientation(rest)).toBeGreaterThan(0);
        },
      ),
      { numRuns: 1500 },
    );
  });
});

/** A TIFF block with any number in the place of the orientation. */
function writeOrientationAs(number: number): Uint8Array {
  const upright: Orientation = 1;
  const tiff = writeOrientation(upright);
  new DataView(tiff.buffer).setUint16(18, number);
  return tiff;
}

/** The run of coded pixels of a sample: the scan of a JPEG, the data of a PNG, the frame of a WebP. */
function codedPixels(name: SampleName, image: Uint8Array): Uint8Array {
  if (name === "png") return image.subarray(image.indexOf(0x49, 33), image.length - 12);
  if (!name.endsWith("peg")) return image.subarray(image.length - 12, image.length - 2);
  for (let at = 2; at < image.length; at++) {
    if (image[at] !== 0xff || image[at + 1] !== 0xda) continue;
    const start = at + 2 + (image[at + 2] ?? 0) * 256 + (image[at + 3] ?? 0);
    return image.subarray(start, endOfJpegScan(image, start) ?? start);
  }
  throw new Error("no scan");
}
