import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { storableRecordSchema } from "../../contracts/records.ts";
import { CONSENT_TIERS } from "../../contracts/tiers.ts";
import type { ActInput } from "../gates/actInput.ts";
import type { GrantedConsent } from "../leases/admission.ts";
import { latinBytes } from "../privacy/bytes.ts";
import { sampleImage } from "../privacy/testImages.ts";
import { anonymizeImage } from "./anonymizeImage.ts";
import { contentHash } from "./contentHash.ts";
import { openPending } from "./openPending.ts";
import { parseEntry } from "./parseEntry.ts";
import { reseal } from "./reseal.ts";
import { type ServedExchange, seal } from "./seal.ts";

const SECRET = "Q".repeat(43);
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
  image: { bytes: picture, declaredType: null },
};

const consentOf = (change: Partial<GrantedConsent> = {}): GrantedConsent => ({
  tier: "research",
  eventId: EVENT,
  subjectRef: null,
  keySeed: SEED,
  ...change,
});

async function sealed(change: Partial<GrantedConsent> = {}, exchanged: Partial<ServedExchange> = {}) {
  const entry = await seal({ ...exchange, ...exchanged }, consentOf(change), SECRET);
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
    ["research", SUBJECT, { action: true, text: "withheld", image: "withheld" }],
  ] as const)("at tier %s of subject %s keeps %o", async (tier, subjectRef, kept) => {
    const entry = await seal(exchange, consentOf({ tier, subjectRef }), SECRET);
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

  it("keeps nothing without a consent event, and no image without the seed of its key", async () => {
    expect(await seal(exchange, consentOf({ eventId: null }), SECRET)).toBeNull();
    expect(await sealed({ keySeed: null })).toMatchObject({
      image: null,
      record: { imageState: "withheld" },
    });
  });

  it("says absent of what never was", async () => {
    const entry = await sealed({}, { instruction: null, image: null });
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

describe("anonymizeImage", () => {
  it("answers the picture without its metadata", async () => {
    const outcome = await anonymizeImage(await sealed(), SEED, SECRET);
    if (!outcome.ok) throw new Error(outcome.failure);
    expect(outcome.value.contentType).toBe("image/jpeg");
    expect(String.fromCharCode(...outcome.value.bytes)).not.toContain("kitchen");
  });

  it("refuses an entry whose record may not hold an image, whatever waits beside it", async () => {
    const { image, record } = await sealedImage();
    const named = parseEntry(JSON.stringify({ ...record, subjectRef: SUBJECT }), image);
    const lower = parseEntry(JSON.stringify({ ...record, tier: "analytics" }), image);
    for (const entry of [named, lower]) {
      expect(await anonymizeImage(entry, SEED, SECRET)).toEqual({ ok: false, failure: "not_allowed" });
    }
    expect(await anonymizeImage({ ...named, image: null }, SEED, SECRET)).toMatchObject({
      failure: "no_image",
    });
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

describe("contentHash", () => {
  const seen = (bytes: Uint8Array<ArrayBuffer>, camera = "primary") => ({
    camera,
    bytes,
    pointer: "/image",
    declaredType: null,
    pixels: null,
  });
  const input: ActInput = {
    robotType: "franka",
    instruction: INSTRUCTION,
    images: [seen(picture)],
    state: [0.1, 0.2],
    actionSpace: "ee_delta",
    episodeId: "ep-1",
    step: 3,
    capturedAt: "2026-03-01T12:00:00Z",
    environment: null,
    inferenceDelaySteps: null,
    previousChunk: null,
  };
  const hash = (
    change: Partial<ActInput> = {},
    subjectRef: string | null = null,
    organizationId = ORGANIZATION,
  ) => contentHash({ organizationId, subjectRef, input: { ...input, ...change } });

  it("is equal for equal content, under an alias too", async () => {
    expect(await hash()).toMatch(/^[0-9a-f]{64}$/);
    expect(await hash({ robotType: "Franka Panda" })).toBe(await hash());
  });

  it("differs as soon as anything does", async () => {
    const others = [
      hash({ robotType: "ur5" }),
      hash({ instruction: `${INSTRUCTION} ` }),
      hash({ images: [seen(picture.slice(1))] }),
      hash({ images: [seen(picture, "wrist")] }),
      hash({ images: [seen(picture), seen(picture, "wrist")] }),
      hash({ state: [0.1, 0.3] }),
      hash({ actionSpace: null }),
      hash({ episodeId: "ep-2" }),
      hash({ step: 4 }),
      hash({ capturedAt: null }),
      hash({}, SUBJECT),
      hash({}, null, EVENT),
    ];
    expect(new Set(await Promise.all([hash(), ...others])).size).toBe(others.length + 1);
  });

  it("cannot be shifted from one field into the next", async () => {
    const texts = fc.tuple(fc.string(), fc.string(), fc.string(), fc.string());
    await fc.assert(
      fc.asyncProperty(texts, async ([a, b, c, d]) => {
        fc.pre(a !== c || b !== d);
        expect(await hash({ instruction: a, episodeId: b })).not.toBe(
          await hash({ instruction: c, episodeId: d }),
        );
      }),
      { numRuns: 200 },
    );
  });
});
