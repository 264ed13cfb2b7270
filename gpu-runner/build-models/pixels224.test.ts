import sharp from "sharp";
import { expect, it } from "vitest";
import { bytesTensor, floatsOf, openModel } from "../testing/testModel.ts";

const SIDE = 224;

/** Red on the left, blue on the right. */
const halves = (width: number, height: number) => {
  const half = { width: width / 2, height, channels: 3 as const };
  return sharp({ create: { ...half, background: "#ff0000" } })
    .extend({ right: width / 2, background: "#0000ff" })
    .png()
    .toBuffer();
};

const decode = async (model: string, ...pictures: Buffer[]) => {
  const call = await openModel(model);
  const { pixels } = await call({ image: bytesTensor(...pictures.map((bytes) => new Uint8Array(bytes))) });
  const floats = floatsOf(pixels);
  return (picture: number, row: number, column: number) => {
    const at = ((picture * SIDE + row) * SIDE + column) * 3;
    return [...floats.subarray(at, at + 3)];
  };
};

it("contain keeps the aspect, centers the picture and pads with black, as openpi's resize_with_pad does", async () => {
  const at = await decode("pixels-contain-224", await halves(448, 224), await halves(100, 200));
  for (const row of [0, 55, 168, 223]) expect(at(0, row, 50)).toEqual([0, 0, 0]);
  for (const row of [56, 167]) {
    expect(at(0, row, 10)).toEqual([255, 0, 0]);
    expect(at(0, row, 213)).toEqual([0, 0, 255]);
  }
  for (const column of [0, 55, 168, 223]) expect(at(1, 100, column)).toEqual([0, 0, 0]);
  expect(at(1, 100, 60)).toEqual([255, 0, 0]);
});

it("fill stretches over the whole square", async () => {
  const at = await decode("pixels-fill-224", await halves(448, 224));
  expect([at(0, 0, 0), at(0, 223, 223)]).toEqual([
    [255, 0, 0],
    [0, 0, 255],
  ]);
});

it("resizes by a triangle filter: an edge blurs over a pixel, and never rings beyond its colors", async () => {
  const at = await decode("pixels-fill-224", await halves(336, 224));
  const reds = Array.from({ length: 8 }, (_, step) => at(0, 100, 108 + step)[0] ?? 0);
  expect(reds.toSorted((a, b) => b - a)).toEqual(reds);
  expect([reds[0], reds[7]]).toEqual([255, 0]);
});
