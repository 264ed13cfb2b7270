import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { done, failed } from "../../contracts/outcome.ts";
import type { Anonymizer, EncodedPicture } from "../../contracts/ports.ts";
import { storableRecordSchema } from "../../contracts/records.ts";
import { CONSENT_TIERS } from "../../contracts/tiers.ts";
import type { GrantedConsent } from "../leases/admission.ts";
import { latinBytes } from "../privacy/bytes.ts";
import { stripImageMetadata } from "../privacy/stripImageMetadata.ts";
import { sampleImage } from "../privacy/testImages.ts";
import { anonymizeImages } from "./anonymizeImages.ts";
import { bundleCameras, type CameraPicture, readCameraBundle } from "./cameraBundle.ts";
import { openPending } from "./openPending.ts";
import { parseEntry } from "./parseEntry.ts";
import { reseal } from "./reseal.ts";
import { type SealSettings, type ServedExchange, seal, sealPictures } from "./seal.ts";

const SECRET = "Q".repeat(43);
const settings = { PENDING_SECRET: SECRET, RECORD_IMAGES_MAX_BYTES: 1_500_000 };
const SEED = "5eed".repeat(16);
const ORGANIZATION = "0199aaaa-0000-7000-8000-000000000001";
const EVENT = "0199aaaa-0000-7000-8000-000000000002";
const SUBJECT = "ab".repeat(32);
const INSTRUCTION = "hand the cup to Zebediah";

/** A JPEG that says where it was taken. */
const picture = (() => {
  const image = sampleImage("jpeg");
  const comment = latinBytes("Zebediah's kitchen");
  return Uint8Array.from([0xff, 0xd8, 0xff, 0xfe, 0, comment.length + 2, ...comment, ...image.subarray(2)]);
})();

const exchange: ServedExchange = {
  id: "0199aaaa-0000-7000-8000-000000000003",
  createdAtMs: 1_772_366_400_000,
  organizationId: ORGANIZATION,
  contentHash: "c0".repeat(32),
  metadata: {
    keyId: "0199aaaa-0000-7000-8000-000000000004",
    source: "act",
    status: "served",
    model: "visual-servo",
    modelVersion: "1",
    origin: "runner",
    robotType: "franka",
    actionSpace: "ee_delta",
    frame: "camera",
    units: "metric",
    gripperConvention: "zero_closed_one_open",
    normKey: "metric",
    controlHz: 15,
    chunkSize: 1,
    episodeId: "ep-1",
    step: 3,
    environment: null,
    capturedAtMs: null,
    warnings: [],
    admitMs: 1,
    runnerQueueMs: null,
    runnerComputeMs: null,
    inferMs: 4,
    traceId: "0".repeat(32),
    configurationHash: "hash",
  },
  actions: [[0.01, 0, 0, 0, 0, 0, 1]],
  state: [0, 0, 0, 0, 0, 0, 0, 1],
  safetyScore: 0.7,
  safetyChecks: [],
  instruction: INSTRUCTION,
  images: [{ camera: "primary", bytes: picture }],
};

const consentOf = (change: Partial<GrantedConsent> = {}): GrantedConsent => ({
  tier: "research",
  eventId: EVENT,
  subjectRef: null,
  keySeed: SEED,
  ...change,
});

async function sealed(
  change: Partial<GrantedConsent> = {},
  exchanged: Partial<ServedExchange> = {},
  changed: Partial<SealSettings> = {},
) {
  const entry = await seal({ ...exchange, ...exchanged }, consentOf(change), { ...settings, ...changed });
  if (entry === null) throw new Error("nothing was sealed");
  return entry;
}

async function sealedImage(change: Partial<GrantedConsent> = {}) {
  const entry = await sealed(change);
  if (entry.image === null) throw new Error("no image waits");
  return { ...entry, image: entry.image };
}

/** Everything of an entry as text, ciphertext included. */
const textOf = (entry: Awaited<ReturnType<typeof sealed>>): string =>
  JSON.stringify(entry.record) + String.fromCharCode(...(entry.image?.ciphertext ?? []));

describe("seal", () => {
  it.each([
    ["none", null, null],
    ["basic", null, { action: false, text: "withheld", image: "withheld" }],
    ["analytics", null, { action: true, text: "stored", image: "withheld" }],
    ["research", null, { action: true, text: "stored", image: "pending" }],
    ["none", SUBJECT, null],
    ["basic", SUBJECT, { action: false, text: "withheld", image: "withheld" }],
    ["analytics", SUBJECT, { action: true, text: "withheld", image: "withheld" }],
    ["research", SUBJECT, { action: true, text: "withheld", image: "pending" }],
  ] as const)("at tier %s of subject %s keeps %o", async (tier, subjectRef, kept) => {
    const entry = await seal(exchange, consentOf({ tier, subjectRef }), settings);
    if (kept === null) return expect(entry).toBeNull();
    expect(entry?.record).toMatchObject({ tier, subjectRef, textState: kept.text, imageState: kept.image });
    expect(entry?.record.action !== null).toBe(kept.action);
    expect(entry?.record.instruction).toBe(kept.text === "stored" ? INSTRUCTION : null);
    expect(entry?.image !== null).toBe(kept.image === "pending");
    expect(storableRecordSchema.safeParse(entry?.record).success).toBe(true);
  });

  it("writes nothing of text or image, of whom it may not, into anything that it hands out", async () => {
    for (const change of [
      { tier: "basic" },
      { tier: "analytics", subjectRef: SUBJECT },
      { subjectRef: SUBJECT },
    ] as const) {
      expect(textOf(await sealed(change))).not.toMatch(/Zebediah/);
    }
  });

  it("keeps pictures that were encrypted ahead where the consent lets it, and nowhere else", async () => {
    const ahead = await sealPictures(exchange, consentOf(), settings);
    expect((await seal(exchange, consentOf(), settings, ahead))?.image).toBe(ahead);
    for (const change of [{ tier: "analytics" }, { keySeed: null }] as const) {
      expect(await sealPictures(exchange, consentOf(change), settings)).toBeNull();
      const entry = await seal(exchange, consentOf(change), settings, ahead);
      expect(entry).toMatchObject({ image: null, record: { imageState: "withheld" } });
    }
  });

  it("keeps nothing without a consent event, and no image without the seed of its key", async () => {
    expect(await seal(exchange, consentOf({ eventId: null }), settings)).toBeNull();
    expect(await sealed({ keySeed: null })).toMatchObject({
      image: null,
      record: { imageState: "withheld" },
    });
  });

  it("says absent of what never was", async () => {
    const entry = await sealed({}, { instruction: null, images: [] });
    expect(entry).toMatchObject({ image: null, record: { textState: "absent", imageState: "absent" } });
  });

  it("keeps an unsafe chunk's checks, and not the numbers that JSON cannot say", async () => {
    const { record } = await sealed({}, { actions: [[Number.NaN]], state: [Number.POSITIVE_INFINITY] });
    expect(record.action).toMatchObject({ actions: [], state: null });
    expect(parseEntry(JSON.stringify(record), null).record).toEqual(record);
  });

  it("encrypts an image anew each time: equal pictures do not look equal", async () => {
    const [one, two] = [await sealedImage(), await sealedImage()];
    expect(one.image.nonce).not.toEqual(two.image.nonce);
    expect(one.image.ciphertext).not.toEqual(two.image.ciphertext);
    expect(textOf(one)).not.toContain("kitchen");
  });
});

describe("openPending", () => {
  it("gives the image back to the one key and record that it was sealed with", async () => {
    const { image, record } = await sealedImage();
    expect(await openPending(image, record, SEED, SECRET)).toEqual({ ok: true, value: picture });
  });

  it.each([
    ["seed", { keySeed: "other" }],
    ["secret", { secret: "R".repeat(43) }],
    ["record id", { id: "0199aaaa-0000-7000-8000-000000000009" }],
    ["organization", { organizationId: "0199aaaa-0000-7000-8000-000000000009" }],
    ["subject", { subjectRef: SUBJECT }],
    ["consent event", { consentEventId: "0199aaaa-0000-7000-8000-000000000009" }],
  ])("refuses another %s", async (_, change: Partial<Record<string, string>>) => {
    const { image, record } = await sealedImage();
    const { keySeed = SEED, secret = SECRET, ...scope } = change;
    const opened = await openPending(image, { ...record, ...scope }, keySeed, secret);
    expect(opened).toEqual({ ok: false, failure: "cannot_decrypt" });
  });

  it("refuses one changed bit", async () => {
    const { image, record } = await sealedImage();
    image.ciphertext[5] = (image.ciphertext[5] ?? 0) ^ 1;
    expect((await openPending(image, record, SEED, SECRET)).ok).toBe(false);
  });
});

function unwrapStripped(bytes: Uint8Array): Uint8Array {
  const stripped = stripImageMetadata(bytes);
  if (!stripped.ok) throw new Error(stripped.failure);
  return stripped.value.bytes;
}

/** What the cameras of a bimanual robot saw, of several kinds and sizes. */
const views = [
  { camera: "primary", bytes: picture },
  { camera: "wrist/left", bytes: sampleImage("png") },
  { camera: "wrist/right", bytes: picture },
];

type Sealed = Awaited<ReturnType<typeof sealed>>;

/** An anonymizer that does with each picture what it is told, and remembers what it was given. */
function means(answer: (given: EncodedPicture) => Awaited<ReturnType<Anonymizer["anonymize"]>> = done) {
  const given: EncodedPicture[] = [];
  const anonymizer: Anonymizer = {
    anonymize: async (one) => {
      given.push(one);
      return answer(one);
    },
  };
  return { given, keySeed: SEED, pendingSecret: SECRET, anonymizer, deadlineAtMs: 0, traceparent: "00" };
}

async function anonymized(entry: Sealed, how = means()) {
  const outcome = await anonymizeImages(entry, how);
  if (!outcome.ok) throw new Error(outcome.failure);
  return outcome.value;
}

describe("anonymizeImages", () => {
  it("answers every camera's picture without its metadata, the primary first", async () => {
    const images = await anonymized(await sealed({}, { images: views }));
    expect(images.map(({ camera, contentType }) => [camera, contentType])).toEqual([
      ["primary", "image/jpeg"],
      ["wrist/left", "image/png"],
      ["wrist/right", "image/jpeg"],
    ]);
    for (const { bytes } of images) expect(String.fromCharCode(...bytes)).not.toContain("kitchen");
  });

  it("seals what the anonymizer answers, of a person too, and sends it no metadata", async () => {
    const covered = sampleImage("progressiveJpeg");
    const how = means((one) => done({ ...one, bytes: covered }));
    const [primary] = await anonymized(await sealed({ subjectRef: SUBJECT }), how);
    expect(primary.bytes).toEqual(unwrapStripped(covered));
    expect(how.given).toMatchObject([{ contentType: "image/jpeg" }]);
    for (const { bytes } of how.given) expect(String.fromCharCode(...bytes)).not.toContain("kitchen");
  });

  it("takes metadata out of the answer too, and takes no picture of another format", async () => {
    const [primary] = await anonymized(
      await sealed(),
      means((one) => done({ ...one, bytes: picture })),
    );
    expect(String.fromCharCode(...primary.bytes)).not.toContain("kitchen");
    const other = means((one) => done({ ...one, bytes: sampleImage("png") }));
    expect(await anonymizeImages(await sealed(), other)).toEqual(failed("not_anonymized"));
  });

  it.each([
    ["invalid_input", "not_anonymized"],
    ["bad_answer", "not_anonymized"],
    ["no_capacity", "anonymizer_away"],
    ["unknown_model", "anonymizer_away"],
    ["deadline", "anonymizer_away"],
  ] as const)("seals nothing where the anonymizer answers %s: %s", async (kind, failure) => {
    const how = means(() => failed({ kind, detail: "" }));
    expect(await anonymizeImages(await sealed({}, { images: views }), how)).toEqual(failed(failure));
    expect(how.given).toHaveLength(1);
  });

  it("reads the one picture that an older version left waiting, and an only camera keeps its name", async () => {
    const { image } = await sealedImage();
    expect(image.contentType).toBe("image/jpeg");
    expect((await anonymized(await sealed())).map(({ camera }) => camera)).toEqual(["primary"]);
    const [only, ...others] = await anonymized(await sealed({}, { images: views.slice(1, 2) }));
    expect([only.camera, others]).toEqual(["wrist/left", []]);
  });

  it("fails all of an entry of which one picture cannot be cleaned, or whose bundle is none", async () => {
    const cut = { camera: "wrist", bytes: picture.slice(0, -40) };
    const broken = await sealed({}, { images: [...views, cut] });
    expect(await anonymizeImages(broken, means())).toMatchObject({ ok: false, failure: "broken" });
    const { image, record } = await sealedImage();
    const mislabeled = { ...image, contentType: "application/vnd.headgate.cameras" };
    const entry = parseEntry(JSON.stringify(record), mislabeled);
    expect(await anonymizeImages(entry, means())).toEqual({ ok: false, failure: "broken_bundle" });
  });

  it("refuses an entry whose record may not hold an image, whatever waits beside it", async () => {
    const { image, record } = await sealedImage();
    const lower = parseEntry(JSON.stringify({ ...record, tier: "analytics" }), image);
    expect(await anonymizeImages(lower, means())).toEqual({ ok: false, failure: "not_allowed" });
    expect(await anonymizeImages({ record, image: null }, means())).toMatchObject({ failure: "no_image" });
    const named = parseEntry(JSON.stringify({ ...record, subjectRef: SUBJECT }), image);
    expect(await anonymizeImages(named, means())).toEqual({ ok: false, failure: "cannot_decrypt" });
  });
});

describe("a record with several cameras", () => {
  const camerasAt = async (RECORD_IMAGES_MAX_BYTES: number) => {
    const entry = await sealed({}, { images: views }, { RECORD_IMAGES_MAX_BYTES });
    if (entry.image === null) return entry.record.imageState;
    return (await anonymized(entry)).map(({ camera }) => camera);
  };

  it("keeps as many as it has room for, the primary before all, and says withheld where none fits", async () => {
    const [all, two] = [2 * picture.length + sampleImage("png").length, 2 * picture.length];
    expect(await camerasAt(all)).toEqual(["primary", "wrist/left", "wrist/right"]);
    expect(await camerasAt(all - 1)).toEqual(["primary", "wrist/left"]);
    expect(await camerasAt(two - 1)).toEqual(["primary", "wrist/left"]);
    expect(await camerasAt(picture.length)).toEqual(["primary"]);
    expect(await camerasAt(10)).toBe("withheld");
  });

  const anyBytes = fc.uint8Array({ minLength: 1, maxLength: 50 }).map((bytes) => new Uint8Array(bytes));
  const anyCameras: fc.Arbitrary<CameraPicture[]> = fc.uniqueArray(
    fc.record({ camera: fc.string({ minLength: 1, maxLength: 64, unit: "grapheme" }), bytes: anyBytes }),
    { minLength: 1, maxLength: 8, selector: ({ camera }) => camera },
  );

  it("gets its bundle back as it went in, and nothing at all of one that was cut or has more", () => {
    fc.assert(
      fc.property(anyCameras, fc.nat(), (cameras, where) => {
        const bundle = bundleCameras(cameras);
        expect(readCameraBundle(bundle)).toEqual(cameras);
        expect(readCameraBundle(bundle.slice(0, where % bundle.length))).toBeNull();
        expect(readCameraBundle(new Uint8Array([...bundle, 0]))).toBeNull();
      }),
    );
  });

  it("never has a camera twice, nor none at all", () => {
    expect(readCameraBundle(bundleCameras([...views, ...views.slice(0, 1)]))).toBeNull();
    expect(readCameraBundle(bundleCameras([]))).toBeNull();
  });

  it("is never thrown at by bytes that are no bundle, or one with wrong bytes in it", () => {
    const spoiled = fc.tuple(anyCameras, fc.nat(), fc.nat(255)).map(([cameras, at, byte]) => {
      const bundle = bundleCameras(cameras);
      bundle[at % Math.min(bundle.length, 80)] = byte;
      return bundle;
    });
    const marked = anyBytes.map((bytes) => new Uint8Array([72, 71, 67, 49, ...bytes]));
    fc.assert(
      fc.property(fc.oneof(spoiled, anyBytes, marked), (bytes) => {
        const cameras = readCameraBundle(bytes) ?? [];
        expect(new Set(cameras.map(({ camera }) => camera)).size).toBe(cameras.length);
      }),
      { numRuns: 500 },
    );
  });
});

describe("reseal", () => {
  it("keeps what both tiers keep: it can only lose", async () => {
    for (const tier of ["basic", "analytics", "research"] as const) {
      for (const now of CONSENT_TIERS) {
        const weaker = CONSENT_TIERS.indexOf(now) < CONSENT_TIERS.indexOf(tier) ? now : tier;
        const { record } = await sealed({ tier });
        const expected = weaker === "none" ? null : (await sealed({ tier: weaker })).record;
        expect(reseal(record, now)).toEqual(expected);
      }
    }
  });
});

describe("parseEntry", () => {
  it("reads back what an outbox kept", async () => {
    const { record, image } = await sealedImage();
    expect(parseEntry(JSON.stringify(record), { ...image })).toEqual({ record, image });
  });

  it("refuses what was never sealed", async () => {
    const { record } = await sealed();
    expect(() => parseEntry(JSON.stringify({ ...record, tier: "none" }), null)).toThrow();
    expect(() => parseEntry("not json", null)).toThrow();
  });
});
