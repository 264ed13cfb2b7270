import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import sharp, { type Region as Extract } from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  Cover,
  MediaService,
  type Region,
  RegionKind,
} from "../gpu-runner/generated/headgate/media/v1/media_pb.js";
import { readSettings } from "../gpu-runner/settings.ts";
import { type Runner, startRunner } from "../gpu-runner/startRunner.ts";
import { drawSign } from "../gpu-runner/testing/testLetters.ts";
import { photographOf } from "../gpu-runner/testing/testPhotographs.ts";
import { connectAnonymizer } from "../workers/ports/connectAnonymizer.ts";

const WIDTH_PX = 640;
/** The middles of the faces, and the sign, in pixels of the upright picture. */
const FACES = [
  { x: 166, y: 172 },
  { x: 306, y: 183 },
  { x: 529, y: 110 },
] as const;
const SIGN = { left: 40, top: 330 };

const writing = drawSign("WARD 7 JANE DOE", { blockPx: 3, ink: "#1a2a6c", paper: "#ffffff" });

let folder = "";
let runner: Runner;

const transport = () => createConnectTransport({ baseUrl: runner.url, httpVersion: "1.1" });
const media = () => createClient(MediaService, transport());

beforeAll(async () => {
  upright = await sharp(photographOf(1))
    .resize(WIDTH_PX)
    .composite([{ input: writing, ...SIGN }])
    .removeAlpha()
    .png({ compressionLevel: 1 })
    .toBuffer();
  folder = await mkdtemp(join(tmpdir(), "headgate-media-"));
  const model = fileURLToPath(new URL("../gpu-runner/models/tiny-faces", import.meta.url));
  await cp(model, join(folder, "tiny-faces"), { recursive: true });
  const environment = { PORT: "0", WORKERS: "1", EXECUTION_PROVIDER: "cpu", MODEL_REPOSITORY: folder };
  const settings = readSettings(environment);
  if (!settings.ok) throw new Error(settings.failure);
  const started = await startRunner(settings.value, (reason) => {
    throw new Error(reason);
  });
  if (!started.ok) throw new Error(started.failure);
  runner = started.value;
});
afterAll(async () => {
  await runner?.stop();
  await rm(folder, { recursive: true });
});

/** Three people and a sign, upright. */
let upright: Buffer;

/** The same as a telephone writes it: lying on its side, with where and by whom it was taken. */
const takenWithAPhone = (): Promise<Buffer> =>
  sharp(upright)
    .rotate(270)
    .withExif({
      IFD0: { Artist: "Zebediah", Orientation: "6" },
      IFD3: { GPSLatitude: "48/1 12/1 30/1", GPSLatitudeRef: "N" },
    })
    .withMetadata({ orientation: 6 })
    .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><owner>Zebediah</owner></x:xmpmeta>')
    .jpeg({ quality: 92 })
    .toBuffer();

/** The sign, and a little of what is round it. */
const theSign = () => sharp(upright).extract({ left: 0, top: 300, width: 340, height: 110 });

const rawOf = async (picture: Uint8Array) =>
  new Uint8Array(await sharp(picture).removeAlpha().raw().toBuffer());

/** How much a part of two pictures of one size differs: mean of the channels' differences, 0 to 255. */
async function differenceIn(one: Uint8Array, other: Uint8Array, box: Extract): Promise<number> {
  const [a, b] = await Promise.all(
    [one, other].map(async (picture) => rawOf(await sharp(picture).extract(box).toBuffer())),
  );
  if (a === undefined || b === undefined) return Number.NaN;
  return a.reduce((sum, value, index) => sum + Math.abs(value - (b[index] ?? 0)), 0) / a.length;
}

const isInside = ({ x, y }: (typeof FACES)[number], { leftPx, topPx, widthPx, heightPx }: Region): boolean =>
  x > leftPx && x < leftPx + widthPx && y > topPx && y < topPx + heightPx;

const lookOf = (
  kind: RegionKind,
  of: { readonly detectors: readonly { kind: RegionKind; regions: number }[] },
) => of.detectors.find((detector) => detector.kind === kind)?.regions;

describe("a photograph with a position, faces and a sign", () => {
  it.each([Cover.PIXELATE, Cover.FILL])(
    "leaves without metadata, covered (%s), upright and usable",
    async (cover) => {
      const taken = await takenWithAPhone();
      expect(taken.includes("Zebediah")).toBe(true);
      expect(await sharp(taken).metadata()).toMatchObject({ orientation: 6, exif: expect.anything() });
      const picture = { image: new Uint8Array(taken), contentType: "image/jpeg" };
      const { anonymized } = await media().anonymizeImage({ picture, cover });
      if (anonymized?.picture === undefined) throw new Error("there is no picture");

      const image = Buffer.from(anonymized.picture.image);
      const left = await sharp(image).metadata();
      expect(left).toMatchObject({ format: "jpeg", width: WIDTH_PX, height: anonymized.heightPx });
      expect([left.exif, left.xmp, left.iptc, left.icc, left.orientation]).toEqual(Array(5).fill(undefined));
      expect(image.includes("Zebediah")).toBe(false);

      expect(anonymized.detectors.map(({ detector }) => detector)).toEqual([
        "tiny-faces",
        expect.stringMatching(/tesseract/),
      ]);
      expect(lookOf(RegionKind.FACE, anonymized)).toBeGreaterThanOrEqual(3);
      expect(lookOf(RegionKind.TEXT, anonymized)).toBe(1);
      for (const middle of FACES)
        expect(anonymized.regions.some((region) => isInside(middle, region))).toBe(true);

      const { width = 0, height = 0 } = await sharp(writing).metadata();
      const sign = { ...SIGN, width, height };
      for (const { x, y } of FACES) {
        const face = { left: x - 30, top: y - 30, width: 60, height: 60 };
        expect(await differenceIn(image, upright, face)).toBeGreaterThan(8);
      }
      expect(await differenceIn(image, upright, sign)).toBeGreaterThan(15);
      const untouched = { left: 330, top: 300, width: 300, height: 110 };
      expect(await differenceIn(image, upright, untouched)).toBeLessThan(6);

      const again = await media().anonymizeImage({ picture: { image: anonymized.picture.image } });
      expect(again.anonymized?.regions.filter(({ kind }) => kind === RegionKind.TEXT)).toEqual([]);
    },
  );

  it.each(["jpeg", "png", "webp"] as const)("comes back as %s where it came so", async (format) => {
    const image = new Uint8Array(await theSign().toFormat(format).toBuffer());
    const { anonymized } = await media().anonymizeImage({ picture: { image } });
    expect(anonymized?.picture?.contentType).toBe(`image/${format}`);
    expect((await sharp(anonymized?.picture?.image).metadata()).format).toBe(format);
    expect(lookOf(RegionKind.TEXT, anonymized ?? { detectors: [] })).toBe(1);
  });
});

const plain = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "#87a" } });

/** A PNG whose head says another size than its data has. */
function pngThatSays(bytes: Buffer, width: number, height: number): Buffer {
  const lying = Buffer.from(bytes);
  lying.writeUInt32BE(width, 16);
  lying.writeUInt32BE(height, 20);
  return lying;
}

describe("a picture that lies", () => {
  it.each([
    [
      "is called another type",
      async () => ({ image: await plain(64, 64).png().toBuffer(), contentType: "image/jpeg" }),
    ],
    ["is a GIF", async () => ({ image: await plain(64, 64).gif().toBuffer(), contentType: "" })],
    [
      "is an SVG",
      async () => ({
        image: drawSign("A", { blockPx: 4, ink: "#000", paper: "#fff" }),
        contentType: "image/png",
      }),
    ],
    [
      "starts as JPEG and is text",
      async () => ({ image: Buffer.from([0xff, 0xd8, 0xff, ...Buffer.from("hello")]), contentType: "" }),
    ],
    [
      "says 60,000 × 60,000 pixels",
      async () => ({
        image: pngThatSays(await plain(64, 64).png().toBuffer(), 60_000, 60_000),
        contentType: "",
      }),
    ],
    [
      "says a little more than it has",
      async () => ({ image: pngThatSays(await plain(64, 64).png().toBuffer(), 64, 65), contentType: "" }),
    ],
    [
      "unpacks to 25 megapixels",
      async () => ({
        image: await plain(5000, 5000).png({ compressionLevel: 9 }).toBuffer(),
        contentType: "",
      }),
    ],
    ["breaks off", async () => ({ image: (await takenWithAPhone()).subarray(0, 9000), contentType: "" })],
    ["is empty", async () => ({ image: Buffer.alloc(0), contentType: "" })],
  ])("because it %s is refused in under 50 ms", async (_, make) => {
    const { image, contentType } = await make();
    const ask = () => media().anonymizeImage({ picture: { image: new Uint8Array(image), contentType } });
    const refusal = await ask().catch((error: unknown) => ConnectError.from(error));
    expect(refusal).toMatchObject({ code: Code.InvalidArgument });
    const times: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const startedAtMs = performance.now();
      await ask().catch(() => undefined);
      times.push(performance.now() - startedAtMs);
    }
    expect(Math.min(...times)).toBeLessThan(50);
  });
});

describe("several pictures", () => {
  it("come one by one with how far the work is, and one that is refused stops no other", async () => {
    const good = new Uint8Array(await plain(48, 48).png().toBuffer());
    const pictures = [
      { id: "a", picture: { image: good } },
      { id: "b", picture: { image: Buffer.from("no picture") } },
      { id: "c", picture: { image: good } },
    ];
    const done: number[] = [];
    const outcomes = new Map<string, string | undefined>();
    for await (const { event } of media().anonymizeImages({ pictures, omitUnchanged: true })) {
      if (event.case === "progress") done.push(event.value.done);
      if (event.case === "picture") outcomes.set(event.value.id, event.value.outcome.case);
    }
    expect(done).toEqual([0, 1, 2, 3]);
    expect(Object.fromEntries(outcomes)).toEqual({ a: "anonymized", b: "refusal", c: "anonymized" });
  });

  it("are left when nobody waits for them any more", async () => {
    const image = new Uint8Array(await plain(240, 180).png().toBuffer());
    const pictures = Array.from({ length: 200 }, (_, index) => ({ id: String(index), picture: { image } }));
    const caller = new AbortController();
    const startedAtMs = performance.now();
    const seen: string[] = [];
    const read = async (): Promise<void> => {
      for await (const { event } of media().anonymizeImages({ pictures }, { signal: caller.signal })) {
        seen.push(event.case ?? "");
        if (event.case === "picture") caller.abort();
      }
    };
    await expect(read()).rejects.toMatchObject({ code: Code.Canceled });
    expect(seen.filter((kind) => kind === "picture").length).toBeLessThan(10);
    // Whoever comes next waits for no picture of theirs.
    await media().anonymizeImage({ picture: { image } });
    expect(performance.now() - startedAtMs).toBeLessThan(5000);
  });

  it("are refused as a whole where two have one name, or there are none", async () => {
    const twice = [{ id: "a" }, { id: "a" }];
    for (const pictures of [[], twice]) {
      const read = async (): Promise<void> => {
        for await (const _ of media().anonymizeImages({ pictures }));
      };
      await expect(read()).rejects.toMatchObject({ code: Code.InvalidArgument });
    }
  });
});

describe("the edge", () => {
  const SOON_MS = 20_000;
  const clock = { now: () => Date.now(), sleep: async () => undefined };
  const meter = { count: () => undefined, observe: () => undefined, set: () => undefined };
  const anonymize = (bytes: Uint8Array<ArrayBuffer>, origins = [runner.url], withinMs = SOON_MS) =>
    connectAnonymizer({ origins, clock, meter }).anonymize(
      { bytes, contentType: "image/png" },
      Date.now() + withinMs,
      `00-${"a".repeat(32)}-${"b".repeat(16)}-01`,
    );

  it("gets a picture covered, and one with nothing to cover back as it was", async () => {
    const sign = new Uint8Array(await theSign().png().toBuffer());
    const covered = await anonymize(sign);
    if (!covered.ok) throw new Error(covered.failure.kind);
    expect(covered.value.contentType).toBe("image/png");
    expect(covered.value.bytes).not.toEqual(sign);
    const nothing = new Uint8Array(await plain(64, 48).png().toBuffer());
    expect(await anonymize(nothing)).toEqual({
      ok: true,
      value: { bytes: nothing, contentType: "image/png" },
    });
  });

  it("knows a picture that is refused from a runner that is away or late", async () => {
    const broken = new Uint8Array(Buffer.from("no picture at all"));
    expect(await anonymize(broken)).toMatchObject({ failure: { kind: "invalid_input" } });
    expect(await anonymize(broken, ["http://127.0.0.1:9"])).toMatchObject({
      failure: { kind: "no_capacity" },
    });
    const large = new Uint8Array(await plain(1280, 960).png().toBuffer());
    expect(await anonymize(large, [runner.url], 5)).toMatchObject({ failure: { kind: "deadline" } });
  });
});
