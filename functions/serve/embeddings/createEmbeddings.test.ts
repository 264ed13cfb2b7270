import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { recordingMeter } from "../../../drizzle/testKit.ts";
import { fromBase64 } from "../../contracts/base64.ts";
import { done, failed } from "../../contracts/outcome.ts";
import type { InferFailure, Runner } from "../../contracts/ports.ts";
import { TestClock, testConfiguration } from "../../guard/leases/testWorld.ts";
import { batchTexts } from "./batchTexts.ts";
import { createEmbeddings, type EmbeddingsResult } from "./createEmbeddings.ts";
import { type EmbeddingsAnswer, embeddingsRequestSchema } from "./schema.ts";

const DIMENSIONS = 384;
const decoder = new TextDecoder();

/** A vector that only this text has, in numbers of single precision. */
const vectorOf = (text: string): number[] =>
  Array.from({ length: DIMENSIONS }, (_, index) =>
    Math.fround((text.charCodeAt(index % text.length) + index) / 7),
  );

let clock: TestClock;
let batches: string[][];
/** What a call of the runner takes, and what becomes of the n-th. */
let inferMs: number;
let failures: Map<number, InferFailure>;
let deadlines: number[];

const runner: Runner = {
  async infer({ inputs }, deadlineAtMs) {
    const [input] = inputs;
    const texts = input?.datatype === "BYTES" ? input.data.map((bytes) => decoder.decode(bytes)) : [];
    batches.push(texts);
    deadlines.push(deadlineAtMs);
    const failure = failures.get(batches.length);
    if (failure !== undefined) return failed(failure);
    await clock.advance(inferMs);
    const data = Float32Array.from(texts.flatMap(vectorOf));
    const output = { name: "embedding", datatype: "FP32", shape: [texts.length, DIMENSIONS], data } as const;
    return done({ modelVersion: "1", outputs: [output], queueMs: 1, computeMs: 2 });
  },
};

async function create(body: unknown): Promise<EmbeddingsResult> {
  const request = embeddingsRequestSchema.parse(body);
  const ports = { clock, runner, meter: recordingMeter(), configuration: testConfiguration() };
  return await createEmbeddings(request, { receivedAtMs: clock.now(), traceparent: "00-0-0-01" }, ports);
}

const embed = (input: unknown, changes: object = {}) => create({ model: "lexical-384", input, ...changes });

function answered({ outcome }: EmbeddingsResult): EmbeddingsAnswer {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure));
  return outcome.value;
}

const refusedAs = ({ outcome }: EmbeddingsResult) => (outcome.ok ? null : outcome.failure);

beforeEach(() => {
  clock = new TestClock(1_700_000_000_000);
  batches = [];
  deadlines = [];
  inferMs = 0;
  failures = new Map();
});

const words = fc.stringMatching(/^[a-z]{1,12}( [a-z]{1,12}){0,3}$/);

describe("embeddings", () => {
  it("are one for each input, in its order, as float and as base64, whatever the batches", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(words, { minLength: 1, maxLength: 140, size: "max" }), async (texts) => {
        const floats = answered(await embed(texts));
        const packed = answered(await embed(texts, { encoding_format: "base64" }));
        for (const [index, text] of texts.entries()) {
          expect(floats.data[index]).toEqual({ object: "embedding", index, embedding: vectorOf(text) });
          const bytes = fromBase64(String(packed.data[index]?.embedding));
          const view = new DataView(bytes.buffer);
          const decoded = Array.from({ length: DIMENSIONS }, (_, at) => view.getFloat32(4 * at, true));
          expect(decoded).toEqual(vectorOf(text));
        }
        expect(floats.data).toHaveLength(texts.length);
      }),
      { numRuns: 10 },
    );
    expect(Math.max(...batches.map((batch) => batch.length))).toBe(32);
  });

  it("count each word of letters, digits and symbols as a token", async () => {
    const { usage } = answered(await embed(["Pick up, the red-block!", "1 + 1 = 2 €", "赤い ブロック"]));
    expect(usage).toEqual({ prompt_tokens: 5 + 6 + 2, total_tokens: 13 });
  });

  it("share one deadline, counted from when the request came, and fail whole where one batch fails", async () => {
    const texts = Array.from({ length: 200 }, (_, index) => `task ${index}`);
    inferMs = 100;
    const startedAtMs = clock.now();
    const { timings } = await embed(texts);
    expect(new Set(deadlines)).toEqual(new Set([startedAtMs + 10_000]));
    expect(timings).toMatchObject({ runnerQueueMs: 2, runnerComputeMs: 4 });
    batches = [];
    failures.set(6, { kind: "deadline" });
    expect(refusedAs(await embed(texts))).toEqual({ code: "deadline_exceeded" });
    failures = new Map([[batches.length + 1, { kind: "no_capacity", detail: "full" }]]);
    expect(refusedAs(await embed(texts))).toMatchObject({ code: "no_capacity", retryAfterSeconds: 1 });
  });

  it.each([
    ["text-embedding-3-small", "is not known here; this route serves: lexical-384"],
    ["visual-512", "makes no vectors of text (image_embedding)"],
    ["visual-servo", "makes no vectors of text (policy)"],
  ])("are made by no other model: %s", async (model, why) => {
    const problem = refusedAs(await embed("a word", { model }));
    expect(problem).toMatchObject({ code: "unknown_model", errors: [{ pointer: "/model" }] });
    expect(problem?.errors?.[0]?.detail).toContain(why);
    expect(batches).toEqual([]);
  });

  it("have the model's own dimensions", async () => {
    expect(refusedAs(await embed("a word", { dimensions: 256 }))).toMatchObject({
      code: "invalid_request",
      errors: [{ pointer: "/dimensions" }],
    });
    expect(answered(await embed("a word", { dimensions: DIMENSIONS })).data).toHaveLength(1);
  });

  it("are of texts that pass the gates, up to 8192 characters, and each that does not is named", async () => {
    const longest = `${"🤖".repeat(8191)}a`;
    const good = ["line one\nline two", "<b>markup</b> of https://example.org", longest, "see {{name}}"];
    expect(answered(await embed(good)).data).toHaveLength(good.length);
    const bad = ["fine", "", `${longest}a`, "hidden\u202etext", "https://example.org", "…"];
    const problem = refusedAs(await embed(bad));
    expect(problem?.code).toBe("gate_instruction");
    expect(problem?.errors?.map(({ pointer, detail }) => [pointer, detail.split(":")[0]])).toEqual([
      ["/input/1", "instruction.empty"],
      ["/input/2", "instruction.too_long"],
      ["/input/3", "instruction.hidden_characters"],
      ["/input/4", "instruction.url_only"],
      ["/input/5", "instruction.no_words"],
    ]);
    expect(refusedAs(await embed(""))?.errors).toMatchObject([{ pointer: "/input" }]);
  });
});

describe("a batch", () => {
  it("holds at most 32 texts and 256 KiB, and together they hold every text in its order", () => {
    const text = fc.integer({ min: 0, max: 60_000 }).map((size) => new Uint8Array(size));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 80 }), (texts) => {
        const cut = batchTexts(texts);
        const flat = cut.flat();
        expect(flat.length === texts.length && flat.every((one, index) => one === texts[index])).toBe(true);
        for (const batch of cut) {
          const sizeBytes = batch.reduce((sum, { byteLength }) => sum + byteLength, 0);
          expect(batch.length >= 1 && batch.length <= 32 && sizeBytes <= 262_144).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
    expect(batchTexts([new Uint8Array(9), new Uint8Array(300_000), new Uint8Array(9)])).toHaveLength(3);
  });
});

describe("a body", () => {
  const said = (input: unknown): string[] => {
    const parsed = embeddingsRequestSchema.safeParse({ model: "lexical-384", input });
    return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path}: ${message}`);
  };

  it.each([
    ["token ids", [1, 2, 3]],
    ["lists of token ids", [[1, 2], [3]]],
  ])("of %s is refused as that", (_, input) => {
    expect(said(input)).toEqual([expect.stringMatching(/^input: is a list of token ids/)]);
  });

  it("holds 1 to 2048 texts", () => {
    expect(said(Array.from({ length: 2048 }, () => "a"))).toEqual([]);
    for (const input of [[], Array.from({ length: 2049 }, () => "a"), null, 7, ["a", 1], {}])
      expect(said(input)).toEqual([expect.stringMatching(/^input: must /)]);
  });
});
