import { expect, it } from "vitest";
import { coverBoxes } from "./coverBoxes.ts";

const WIDTH_PX = 20;
/** Noise that repeats, so that no two neighbors are alike. */
const noise = () => ({
  widthPx: WIDTH_PX,
  pixels: Uint8Array.from(
    { length: WIDTH_PX * 15 * 3 },
    (_, index) => (index * 97 + ((index * index) % 31)) % 256,
  ),
});
const REGION = { leftPx: 3, topPx: 2, widthPx: 10, heightPx: 8, squares: 2 };

const isInside = (index: number): boolean => {
  const [x, y] = [Math.floor(index / 3) % WIDTH_PX, Math.floor(index / 3 / WIDTH_PX)];
  return x >= 3 && x < 13 && y >= 2 && y < 10;
};

it.each([
  ["pixelate", 6],
  ["fill", 1],
] as const)("%s leaves %i colors in a region, and every pixel outside as it was", (cover, colors) => {
  const [before, picture] = [noise(), noise()];
  coverBoxes(picture, [REGION], cover);
  const inside = new Set<string>();
  picture.pixels.forEach((value, index) => {
    if (!isInside(index)) expect(value).toBe(before.pixels[index]);
    else if (index % 3 === 0) inside.add([...picture.pixels.subarray(index, index + 3)].join(","));
  });
  expect(inside.size).toBe(colors);
  if (cover === "fill") expect([...inside]).toEqual(["0,0,0"]);
});

it("pixelates into the mean of each square", () => {
  const picture = {
    widthPx: 2,
    pixels: Uint8Array.from([0, 10, 255, 100, 30, 255, 50, 10, 255, 50, 30, 254]),
  };
  coverBoxes(picture, [{ leftPx: 0, topPx: 0, widthPx: 2, heightPx: 2, squares: 1 }], "pixelate");
  expect([...picture.pixels]).toEqual([50, 20, 255, 50, 20, 255, 50, 20, 255, 50, 20, 255]);
});
