import fc from "fast-check";
import { expect, it } from "vitest";
import type { ActInput } from "../gates/actInput.ts";
import { sampleImage } from "../privacy/testImages.ts";
import { contentHash } from "./contentHash.ts";

const ORGANIZATION = "0199aaaa-0000-7000-8000-000000000001";
const OTHER_ORGANIZATION = "0199aaaa-0000-7000-8000-000000000002";
const SUBJECT = "ab".repeat(32);
const INSTRUCTION = "hand the cup over";
const picture = sampleImage("jpeg");

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
    hash({}, null, OTHER_ORGANIZATION),
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
