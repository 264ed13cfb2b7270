import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { drawSign, type SignLook } from "../../testing/testLetters.ts";
import { findText, type ReadSheet } from "./findText.ts";
import type { GrayPicture } from "./grayPicture.ts";

const PAPER: SignLook = { blockPx: 3, ink: "#202020", paper: "#f0f0f0" };
const readsNothing: ReadSheet = async () => [];

const grayOf = async (picture: Sharp): Promise<GrayPicture> => {
  const { data, info } = await picture.grayscale().raw().toBuffer({ resolveWithObject: true });
  return { pixels: new Uint8Array(data), widthPx: info.width, heightPx: info.height };
};

/** A sign on an even wall, and where it hangs. */
async function signOnWall(text: string, look: SignLook) {
  const sign = await sharp(drawSign(text, look)).png().toBuffer();
  const { width = 0, height = 0 } = await sharp(sign).metadata();
  const picture = sharp({
    create: { width: 480, height: 320, channels: 3, background: "#8090a0" },
  }).composite([{ input: sign, left: 60, top: 90 }]);
  return { gray: await grayOf(picture), box: { left: 60, top: 90, right: 60 + width, bottom: 90 + height } };
}

describe("writing is found by its shape alone", () => {
  it.each([
    ["dark on light", "WARD JANE", PAPER],
    ["light on dark", "WARD JANE", { ...PAPER, ink: "#ffffff", paper: "#203060" }],
    ["small", "JANE DOE", { ...PAPER, blockPx: 2 }],
    ["large", "DOE 7", { ...PAPER, blockPx: 11 }],
    ["tilted", "WARD JANE DOE", { ...PAPER, turnDegrees: 9 }],
  ])("%s", async (_, text, look) => {
    const { gray, box } = await signOnWall(text, look);
    const found = await findText(gray, readsNothing);
    expect(found).toHaveLength(1);
    const [line] = found;
    const letters = (7 * look.blockPx) / 2;
    expect(line?.leftPx).toBeLessThan(box.left + 3 * look.blockPx + letters);
    expect((line?.leftPx ?? 0) + (line?.widthPx ?? 0)).toBeGreaterThan(
      box.right - 3 * look.blockPx - letters,
    );
    expect(line?.topPx).toBeGreaterThan(box.top - letters);
  });
});

it("finds none on an even wall, on a checkerboard and in noise", async () => {
  const size = { widthPx: 320, heightPx: 240 };
  const pixels = (value: (x: number, y: number) => number): GrayPicture => ({
    ...size,
    pixels: Uint8Array.from({ length: 320 * 240 }, (_, index) => value(index % 320, Math.floor(index / 320))),
  });
  let seed = 1;
  const noise = (): number => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return seed % 256;
  };
  for (const value of [() => 90, (x: number, y: number) => (((x >> 4) + (y >> 4)) % 2 ? 40 : 210), noise])
    expect(await findText(pixels(value), readsNothing)).toEqual([]);
});

describe("a doubtful line", () => {
  /** Three letters in weak ink. */
  const doubtful = () => signOnWall("DOE", { ...PAPER, ink: "#5a6a7a", paper: "#8090a0" });

  it.each([
    ["is covered where it can be read", 90, "DOE", 1],
    ["is left where what was read is hardly sure", 30, "DOE", 0],
    ["is left where only strokes and signs were read", 90, "|-", 0],
  ])("%s", async (_, confidence, text, count) => {
    const { gray } = await doubtful();
    const found = await findText(gray, async (sheet) => {
      const word = { text, confidence, top: 0, bottom: sheet.heightPx / 2 };
      return [word, { ...word, top: sheet.heightPx / 2, bottom: sheet.heightPx }];
    });
    expect(found.length > 0).toBe(count > 0);
  });

  it("is covered where nobody reads", async () => {
    const { gray } = await doubtful();
    expect((await findText(gray, async () => null)).length).toBeGreaterThan(0);
  });
});
