import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";
import { drawSign } from "../../testing/testLetters.ts";
import { findLines } from "./findLines.ts";
import { findText } from "./findText.ts";
import { layLines } from "./lineSheet.ts";
import { type Reader, startReader } from "./reader.ts";

let reader: Reader;
beforeAll(async () => {
  reader = await startReader();
});
afterAll(() => reader?.stop());

/** A wall with weak writing, which by its shape alone is doubtful. */
async function faintWall(turnDegrees: number) {
  const sign = drawSign("DOE", { blockPx: 4, ink: "#5a6a7a", paper: "#8090a0", turnDegrees });
  const { data, info } = await sharp({
    create: { width: 480, height: 320, channels: 3, background: "#8090a0" },
  })
    .composite([{ input: await sharp(sign).png().toBuffer(), left: 160, top: 120 }])
    .grayscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { pixels: new Uint8Array(data), widthPx: info.width, heightPx: info.height };
}

it("reads what was laid on a sheet, from its own packages, with the rows in which it stands", async () => {
  const sheet = layLines(findLines(await faintWall(0)));
  const words = await reader.read(sheet.picture);
  expect(words.map(({ text }) => text)).toContain("DOE");
  for (const { top, bottom } of words) expect(top >= 0 && bottom <= sheet.picture.heightPx).toBe(true);
});

it.each([0, 8])("confirms a doubtful line that is turned by %i degrees", async (turnDegrees) => {
  const found = await findText(await faintWall(turnDegrees), (sheet) => reader.read(sheet));
  expect(found).toHaveLength(1);
  expect(found[0]?.score).toBeLessThan(1);
});
