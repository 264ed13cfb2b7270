import sharp, { type Sharp } from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { bytesTensor, type Call, floatsOf, openModel } from "../testing/testModel.ts";
import { renderPixels, type Scene } from "../testing/testScene.ts";
import { seededRandom } from "./seededRandom.ts";

const cosine = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

const rowsOf = (flat: Float32Array, width: number): Float32Array[] =>
  Array.from({ length: flat.length / width }, (_, row) => flat.subarray(row * width, (row + 1) * width));

describe("lexical-384", () => {
  let embed: (...texts: string[]) => Promise<Float32Array[]>;
  beforeAll(async () => {
    const call = await openModel("lexical-384");
    embed = async (...texts) =>
      rowsOf(floatsOf((await call({ text: bytesTensor(...texts) })).embedding), 384);
  });

  it("puts near-duplicates closer than unrelated sentences, with a wide gap", async () => {
    const [base = [], typo = [], reordered = [], unrelated = [], foreign = []] = await embed(
      "Pick up the red block and put it on the plate.",
      "pick up teh red block, and put it on the plate",
      "put the red block on the plate: pick it up",
      "The quarterly revenue of the company rose sharply.",
      "日本語の文章です",
    );
    expect(Math.min(cosine(base, typo), cosine(base, reordered))).toBeGreaterThan(0.6);
    expect(Math.max(cosine(base, unrelated), cosine(base, foreign))).toBeLessThan(0.3);
  });

  it("gives every text a vector of length one, also the empty one, and equal texts equal vectors in any batch", async () => {
    const texts = ["", "?!", "ﬁne", "FINE", "a longer sentence about nothing"];
    const together = await embed(...texts);
    for (const row of together) expect(cosine(row, row)).toBeCloseTo(1, 5);
    expect(cosine(together[2] ?? [], together[3] ?? [])).toBeCloseTo(1, 5);
    const [alone = []] = await embed("a longer sentence about nothing");
    expect(cosine(together[4] ?? [], alone)).toBeCloseTo(1, 5);
  });
});

const CAMERA = { x: 0, y: 0, viewWidthM: 0.4, widthPx: 160, heightPx: 120 };

const randomScene = (seed: number): Scene => {
  const random = seededRandom(seed);
  const channel = (): number => Math.floor(random() * 256);
  const blocks = Array.from({ length: 5 }, () => ({
    rgb: [channel(), channel(), channel()] as const,
    x: (random() - 0.5) * 0.3,
    y: (random() - 0.5) * 0.25,
    sideM: 0.04 + random() * 0.06,
    turn: random() * 3,
  }));
  const background = [100 + channel() / 3, 100 + channel() / 3, 100 + channel() / 3] as const;
  return { blocks, background, grain: random(), slope: random(), seed };
};

describe("visual-512", () => {
  let call: Call;
  beforeAll(async () => {
    call = await openModel("visual-512");
  });
  const describeImage = async (image: Sharp): Promise<Float32Array> => {
    const bytes = new Uint8Array(await image.toBuffer());
    return floatsOf((await call({ image: bytesTensor(bytes) })).embedding);
  };
  const open = (scene: Scene): Sharp =>
    sharp(renderPixels(scene, CAMERA), { raw: { width: 160, height: 120, channels: 3 } });

  it("puts a scene nearer to its own copy, re-encoded, cropped or brightened, than to any of 20 others", async () => {
    const others = await Promise.all(
      Array.from({ length: 20 }, (_, index) => describeImage(open(randomScene(100 + index)).png())),
    );
    for (let seed = 1; seed <= 5; seed++) {
      const scene = randomScene(seed);
      const own = await describeImage(open(scene).png());
      expect(cosine(own, own)).toBeCloseTo(1, 5);
      const copies = await Promise.all([
        describeImage(open(scene).jpeg({ quality: 40 })),
        describeImage(
          open(scene).extract({ left: 5, top: 4, width: 150, height: 112 }).webp({ quality: 60 }),
        ),
        describeImage(open(scene).linear(1.08, 4).jpeg()),
      ]);
      const nearest = Math.max(...others.map((other) => cosine(own, other)));
      for (const copy of copies) expect(cosine(own, copy)).toBeGreaterThan(nearest);
    }
  });
});

describe("perceptual-64", () => {
  let call: Call;
  beforeAll(async () => {
    call = await openModel("perceptual-64");
  });
  const hashesOf = async (...images: Sharp[]): Promise<number[][]> => {
    const encoded = await Promise.all(images.map(async (image) => new Uint8Array(await image.toBuffer())));
    const { bits } = await call({ image: bytesTensor(...encoded) });
    return rowsOf(floatsOf(bits), 64).map((row) => Array.from(row));
  };
  const open = (scene: Scene): Sharp =>
    sharp(renderPixels(scene, CAMERA), { raw: { width: 160, height: 120, channels: 3 } });
  const differing = (a: number[] = [], b: number[] = []): number =>
    a.filter((bit, index) => bit !== b[index]).length;

  it("differs by at most 4 bits for the same scene re-encoded, brightened, darkened or resized", async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const scene = open(randomScene(seed));
      const [own, ...copies] = await hashesOf(
        scene.clone().png(),
        scene.clone().jpeg({ quality: 40 }),
        scene.clone().webp({ quality: 60 }),
        scene.clone().linear(1.08, 4).jpeg(),
        scene.clone().linear(0.8, -6).jpeg(),
        scene.clone().resize(80, 60).png(),
        scene.clone().resize(640, 480).jpeg(),
      );
      expect(copies).toHaveLength(6);
      for (const copy of copies) expect(differing(own, copy)).toBeLessThanOrEqual(4);
    }
  });

  it("differs by about half its bits between other scenes, and never by few", async () => {
    const scenes = Array.from({ length: 16 }, (_, index) => open(randomScene(100 + index)).png());
    const hashes = await hashesOf(...scenes);
    const pairs = hashes.flatMap((a, index) => hashes.slice(0, index).map((b) => differing(a, b)));
    expect(pairs).toHaveLength(120);
    expect(Math.min(...pairs)).toBeGreaterThan(8);
    const mean = pairs.reduce((sum, bits) => sum + bits, 0) / pairs.length;
    expect(Math.abs(mean - 32)).toBeLessThan(6);
  });

  it("finds no structure in an even picture, whatever its gray", async () => {
    const even = (background: string) =>
      sharp({ create: { width: 64, height: 48, channels: 3, background } }).png();
    for (const bits of await hashesOf(even("#000"), even("#808080"), even("#fff"))) {
      expect(bits).toEqual(Array.from({ length: 64 }, () => 0));
    }
  });
});
