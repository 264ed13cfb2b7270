import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { sql } from "drizzle-orm";
import OpenAI, { APIError } from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { ROOT } from "./house/sourceFiles.ts";
import { type Cell, openPatientCell } from "./support/cell.ts";
import { ask, makeKey } from "./support/client.ts";
import { tracesOf } from "./support/traces.ts";

// The official client of OpenAI's API against /v1, and a client of the Open Inference Protocol against /v2.

const MODEL = "lexical-384";
const DIMENSIONS = 384;
const TEXT = "pick up the red block";

let cell: Cell;
let viewerKey: string;
let memberKey: string;
let operatorKey: string;
const url = () => cell.stack.url;

beforeAll(async () => {
  cell = await openPatientCell();
  const made = async (role: string) => (await makeKey(cell.stack, { roles: [role] })).key;
  [viewerKey, memberKey, operatorKey] = [await made("viewer"), await made("member"), await made("operator")];
});
afterAll(() => cell?.close());

const clientOf = (apiKey: string) => new OpenAI({ baseURL: `${url()}/v1`, apiKey, maxRetries: 0 });

/** What the client throws. */
async function thrownBy(answer: PromiseLike<unknown>): Promise<APIError> {
  try {
    await answer;
  } catch (error) {
    if (error instanceof APIError) return error;
    throw error;
  }
  throw new Error("The client threw nothing.");
}

describe("the openai client", () => {
  test("gets embeddings of length one, floats and base64 the same to the bit", async () => {
    const { embeddings } = clientOf(memberKey);
    const input = [TEXT, "öffne die Schublade", "赤いブロックを取って"];
    const floats = await embeddings.create({ model: MODEL, input, encoding_format: "float" });
    // Without a format the client asks for base64 and decodes it.
    const decoded = await embeddings.create({ model: MODEL, input });
    const { data, response } = await embeddings
      .create({ model: MODEL, input, encoding_format: "base64", user: "someone", dimensions: DIMENSIONS })
      .withResponse();
    expect(floats.object).toBe("list");
    expect(floats.model).toBe(MODEL);
    expect(floats.usage).toEqual({ prompt_tokens: 9, total_tokens: 9 });
    expect(floats.data.map(({ index, object }) => [index, object])).toEqual(
      input.map((_, index) => [index, "embedding"]),
    );
    for (const [index, { embedding }] of floats.data.entries()) {
      expect(embedding).toHaveLength(DIMENSIONS);
      expect(Math.hypot(...embedding)).toBeCloseTo(1, 5);
      expect(Array.from(decoded.data[index]?.embedding ?? [])).toEqual(embedding);
      const packed = Buffer.from(z.string().parse(data.data[index]?.embedding), "base64");
      expect(Array.from({ length: DIMENSIONS }, (_, at) => packed.readFloatLE(4 * at))).toEqual(embedding);
    }
    expect(response.headers.get("x-request-id")).toMatch(/^req_/);
    expect(response.headers.get("x-ratelimit-remaining")).toMatch(/^\d+$/);
    expect(response.headers.get("server-timing")).toMatch(/admit;dur=.*runner_compute;dur=.*total;dur=/);
  });

  test("gets a batch of 2048 in its order, and is told that one more is too many", async () => {
    const { embeddings } = clientOf(memberKey);
    const input = Array.from({ length: 2048 }, (_, index) => `task number ${index}`);
    const { data } = await embeddings.create({ model: MODEL, input });
    expect(data.map(({ index }) => index)).toEqual(input.map((_, index) => index));
    for (const index of [0, 31, 32, 1000, 2047]) {
      const alone = await embeddings.create({ model: MODEL, input: `task number ${index}` });
      expect(data[index]?.embedding).toEqual(alone.data[0]?.embedding);
    }
    const thrown = await thrownBy(embeddings.create({ model: MODEL, input: [...input, "one more"] }));
    expect([thrown.constructor.name, thrown.param]).toEqual(["BadRequestError", "input"]);
  });

  test("throws its own typed errors, with our code, the place, and what to do", async () => {
    const create = (key: string, changes: object) =>
      thrownBy(clientOf(key).embeddings.create({ model: MODEL, input: TEXT, ...changes }));
    const limited = await makeKey(cell.stack, { roles: ["member"], rate_per_second: 1 });
    const burst = await Promise.all(
      Array.from({ length: 12 }, () =>
        clientOf(limited.key)
          .embeddings.create({ model: MODEL, input: TEXT })
          .then(
            () => null,
            (error: unknown) => error,
          ),
      ),
    );
    const tooMany = burst.find((error) => error !== null);
    const told = (error: unknown) =>
      error instanceof APIError ? [error.constructor.name, error.status, error.code, error.param] : [];
    expect([
      told(await create("hg_local_live_nobody", {})),
      told(await create(viewerKey, {})),
      told(await create(memberKey, { model: "text-embedding-3-small" })),
      told(await create(memberKey, { input: [[1, 2, 3]] })),
      told(await create(memberKey, { dimensions: 256 })),
      told(await create(memberKey, { input: ["fine", "x".repeat(8193)] })),
      told(tooMany),
    ]).toEqual([
      ["AuthenticationError", 401, "invalid_api_key", null],
      ["PermissionDeniedError", 403, "missing_scope", null],
      ["NotFoundError", 404, "model_not_found", "model"],
      ["BadRequestError", 400, "invalid_request", "input"],
      ["BadRequestError", 400, "invalid_request", "dimensions"],
      ["UnprocessableEntityError", 422, "gate_instruction", "input[1]"],
      ["RateLimitError", 429, "rate_limit_exceeded", null],
    ]);
    expect(tooMany instanceof APIError ? tooMany.headers?.get("retry-after") : null).toMatch(/^\d+$/);
    expect((await create(memberKey, { model: "gpt-5" })).message).toContain(MODEL);
    expect((await create(memberKey, { input: [1, 2, 3] })).message).toContain("token ids");
    const malformed = await ask(`${url()}/v1/embeddings`, {
      key: memberKey,
      method: "POST",
      body: "{",
      headers: { "content-type": "application/json" },
    });
    expect([malformed.status, malformed.body.error]).toMatchObject([400, { code: "malformed_json" }]);
  });

  test("lists the models", async () => {
    const names: string[] = [];
    for await (const model of clientOf(memberKey).models.list()) names.push(model.id);
    expect(names).toContain(MODEL);
  });

  test("leaves no trace of a text", async () => {
    const secret = "kumquat-lantern-7319";
    await clientOf(memberKey).embeddings.create({ model: MODEL, input: secret, user: secret });
    const [row] = await cell.asOwner(sql`select count(*)::int as n from inferences`);
    expect(row?.n).toBe(0);
    expect(tracesOf([secret], cell.stack.dataDir, cell.lines)).toEqual([]);
  });
});

const outputSchema = z.object({
  model_name: z.literal(MODEL),
  outputs: z.tuple([
    z.object({ name: z.literal("embedding"), shape: z.tuple([z.literal(1), z.literal(DIMENSIONS)]) }),
  ]),
});
const numbersSchema = z.object({ outputs: z.tuple([z.object({ data: z.array(z.number()) })]) });

const v2 = (path: string, init: RequestInit = {}, key = operatorKey) =>
  fetch(`${url()}${path}`, { ...init, headers: { ...init.headers, authorization: `Bearer ${key}` } });
const question = (text: string) => ({
  inputs: [{ name: "text", datatype: "BYTES", shape: [1], data: [text] }],
});

describe("the runner's own protocol", () => {
  test("infers as JSON and as binary tensors what /v1/embeddings answers", async () => {
    const { data } = await clientOf(memberKey).embeddings.create({ model: MODEL, input: TEXT });
    const json = await v2(`/v2/models/${MODEL}/infer`, {
      method: "POST",
      body: JSON.stringify(question(TEXT)),
    });
    expect(json.status).toBe(200);
    const [output] = numbersSchema.parse(await json.json()).outputs;
    expect(output.data).toEqual(data[0]?.embedding);

    const text = Buffer.from(TEXT);
    const header = Buffer.from(
      JSON.stringify({
        inputs: [
          { name: "text", datatype: "BYTES", shape: [1], parameters: { binary_data_size: 4 + text.length } },
        ],
        parameters: { binary_data_output: true },
      }),
    );
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    const binary = await v2(`/v2/models/${MODEL}/versions/1/infer`, {
      method: "POST",
      body: Buffer.concat([header, length, text]),
      headers: {
        "content-type": "application/octet-stream",
        "inference-header-content-length": String(header.length),
      },
    });
    expect(binary.status).toBe(200);
    const answer = Buffer.from(await binary.arrayBuffer());
    const headerBytes = Number(binary.headers.get("inference-header-content-length"));
    outputSchema.parse(JSON.parse(answer.subarray(0, headerBytes).toString()));
    const floats = Array.from({ length: DIMENSIONS }, (_, index) =>
      answer.readFloatLE(headerBytes + 4 * index),
    );
    expect(floats).toEqual(output.data);
    expect(binary.headers.get("server-timing")).toMatch(/runner_compute;dur=/);
  });

  test("tells operators of the server and its models, and nobody else", async () => {
    const paths = [
      "",
      "/health/live",
      "/health/ready",
      ...["", "/versions/1"].flatMap((version) => [
        `/models/${MODEL}${version}`,
        `/models/${MODEL}${version}/ready`,
      ]),
    ];
    for (const path of paths) {
      expect([path, (await v2(`/v2${path}`)).status]).toEqual([path, 200]);
      for (const key of [viewerKey, memberKey]) {
        const refused = await v2(`/v2${path}`, {}, key);
        expect([path, refused.status, refused.headers.get("headgate-code")]).toEqual([
          path,
          403,
          "missing_scope",
        ]);
      }
    }
    const unkeyed = await fetch(`${url()}/v2/health/ready`);
    expect([unkeyed.status, await unkeyed.json()]).toEqual([
      401,
      { error: expect.stringContaining("API key") },
    ]);
  });

  test("refuses a policy, and tells errors as the protocol does", async () => {
    const body = JSON.stringify(question(TEXT));
    const post = async (path: string, sent = body, key = operatorKey) => {
      const response = await v2(path, { method: "POST", body: sent }, key);
      return [response.status, response.headers.get("headgate-code"), await response.json()];
    };
    const error = (words: string) => ({ error: expect.stringContaining(words) });
    for (const version of ["", "/versions/1"])
      expect(await post(`/v2/models/visual-servo${version}/infer`)).toEqual([
        403,
        "gated_model",
        error("/v1/act"),
      ]);
    expect(await post(`/v2/models/visual%2Dservo/infer`)).toEqual([403, "gated_model", error("/v1/act")]);
    expect(await post("/v2/models/%252e%252e/infer")).toEqual([400, "invalid_request", error("/model")]);
    expect(await post("/v2/repository/index")).toEqual([404, "not_found", error("no such thing")]);
    expect(await post(`/v2/models/${MODEL}/infer`, body, viewerKey)).toEqual([
      403,
      "missing_scope",
      error("scope"),
    ]);
    expect(await post("/v2/models/nobody/infer")).toEqual([404, "unknown_model", error("no model")]);
    expect(await post(`/v2/models/${MODEL}/infer`, "{")).toEqual([400, "invalid_request", error("JSON")]);
    const large = JSON.stringify(question("x".repeat(4_100_000)));
    expect(await post(`/v2/models/${MODEL}/infer`, large)).toEqual([413, "body_too_large", error("at most")]);
  });
});

describe("the example", () => {
  test.each([
    [process.execPath, "examples/embeddings.ts"],
    ["python3", "examples/embeddings.py"],
  ])("of %s ranks the likest task first", async (program, path) => {
    const env = { ...process.env, HEADGATE_URL: url(), HEADGATE_KEY: memberKey };
    const said = await promisify(execFile)(program, [path, "pick up the red cube"], { cwd: ROOT, env }).then(
      ({ stdout }) => stdout,
      (error: unknown) => {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
        throw error;
      },
    );
    if (said === null) {
      console.warn(`${path} did not run: there is no ${program} here.`);
      return;
    }
    const lines = said.trim().split("\n");
    expect(lines[0]).toMatch(/^0\.\d{3} pick up the red block$/);
    expect(lines).toHaveLength(4);
    expect(lines[3]).toMatch(/^\d+ tokens$/);
  });
});
