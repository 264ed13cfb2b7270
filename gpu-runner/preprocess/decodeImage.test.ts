import sharp from "sharp";
import { expect, it } from "vitest";
import { decodeImage, type ImageShape } from "./decodeImage.ts";

const SHAPE: ImageShape = {
  kind: "image",
  feeds: "pixels",
  width_px: 8,
  height_px: 8,
  channels: 4,
  fit: "contain",
};
const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "#c00000" } });

it.each(["jpeg", "png", "webp"] as const)(
  "decodes %s into the wanted size, padded with transparency",
  async (format) => {
    const decoded = await decodeImage(await picture(64, 32).toFormat(format).toBuffer(), SHAPE, 10_000);
    if (!decoded.ok) throw new Error(decoded.failure.error);
    expect(decoded.value.length).toBe(8 * 8 * 4);
    expect(decoded.value[3]).toBe(0);
    expect(decoded.value[(4 * 8 + 4) * 4 + 3]).toBe(255);
    expect(Math.abs((decoded.value[(4 * 8 + 4) * 4] ?? 0) - 0xc0)).toBeLessThan(4);
  },
);

const ppm = (header: string, bytes: number) =>
  Buffer.concat([Buffer.from(header), Buffer.alloc(bytes, 0x80)]);

it("reads a PPM as the same pixels as a PNG, and none that is longer or shorter than it says", async () => {
  const decoded = await decodeImage(ppm("P6\n64 32\n255\n", 64 * 32 * 3), SHAPE, 10_000);
  const grey = sharp({ create: { width: 64, height: 32, channels: 3, background: "#808080" } });
  expect(decoded).toEqual(await decodeImage(await grey.png().toBuffer(), SHAPE, 10_000));
  for (const wrong of [ppm("P6\n64 32\n255\n", 64 * 32 * 3 - 1), ppm("P6\n64 32\n255\n", 64 * 32 * 3 + 1)])
    expect(await decodeImage(wrong, SHAPE, 10_000)).toMatchObject({ ok: false, failure: { status: 400 } });
  for (const wrong of [ppm("P6\n0 0\n255\n", 0), ppm("P6\n2 2\n65535\n", 24), ppm("P5\n2 2\n255\n", 4)])
    expect(await decodeImage(wrong, SHAPE, 10_000)).toMatchObject({ ok: false, failure: { status: 400 } });
  const bomb = ppm("P6\n200 200\n255\n", 200 * 200 * 3);
  expect(await decodeImage(bomb, SHAPE, 10_000)).toMatchObject({ ok: false, failure: { status: 400 } });
});

it("refuses formats outside the list by their first bytes, though the decoder knows them", async () => {
  const gif = await picture(8, 8).gif().toBuffer();
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>');
  for (const bytes of [gif, svg, Buffer.alloc(0), Buffer.from("RIFFxxxxWAVE")])
    expect(await decodeImage(bytes, SHAPE, 10_000)).toMatchObject({ ok: false, failure: { status: 400 } });
});

it("refuses a picture of more pixels than allowed, however few bytes it takes", async () => {
  const bomb = await picture(2000, 2000).png().toBuffer();
  expect(bomb.length).toBeLessThan(100_000);
  expect(await decodeImage(bomb, SHAPE, 1_000_000)).toMatchObject({ ok: false, failure: { status: 400 } });
  expect((await decodeImage(bomb, SHAPE, 4_000_000)).ok).toBe(true);
});

it("refuses a truncated picture", async () => {
  const whole = await picture(64, 64).jpeg().toBuffer();
  const cut = whole.subarray(0, whole.length - 30);
  expect(await decodeImage(cut, SHAPE, 10_000)).toMatchObject({ ok: false, failure: { status: 400 } });
});
