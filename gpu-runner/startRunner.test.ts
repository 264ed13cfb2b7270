import { rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSettings } from "./settings.ts";
import { type Runner, startRunner } from "./startRunner.ts";
import { makeRepository } from "./testing/testRepository.ts";
import { renderJpeg } from "./testing/testScene.ts";

const JSON_HEADERS = { "content-type": "application/json" };

const start = async (
  environment: Record<string, string>,
): Promise<Awaited<ReturnType<typeof startRunner>>> => {
  const settings = readSettings({ PORT: "0", WORKERS: "1", EXECUTION_PROVIDER: "cpu", ...environment });
  if (!settings.ok) throw new Error(settings.failure);
  return startRunner(settings.value, (reason) => {
    throw new Error(reason);
  });
};

const started = async (environment: Record<string, string>): Promise<Runner> => {
  const runner = await start(environment);
  if (!runner.ok) throw new Error(runner.failure);
  return runner.value;
};

let repository: string;
let runner: Runner;
beforeAll(async () => {
  repository = await makeRepository();
  runner = await started({ MODEL_REPOSITORY: repository, MAX_BODY_BYTES: "100000" });
});
afterAll(async () => {
  await runner.stop();
  await rm(repository, { recursive: true });
});

const get = (path: string, init: RequestInit = {}): Promise<Response> => fetch(`${runner.url}${path}`, init);

const post = (path: string, body: BodyInit, headers: Record<string, string> = {}): Promise<Response> =>
  get(path, { method: "POST", body, headers: { ...JSON_HEADERS, ...headers } });

const affineBody = (data: readonly number[], more: object = {}): string =>
  JSON.stringify({ id: "a-1", inputs: [{ name: "x", datatype: "FP32", shape: [1, 3], data }], ...more });

const infer = (body: BodyInit, headers?: Record<string, string>): Promise<Response> =>
  post("/v2/models/affine/infer", body, headers);

/** JSON part and binary part of an answer. */
const split = async (response: Response) => {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const length = Number(response.headers.get("inference-header-content-length"));
  return { json: JSON.parse(Buffer.from(bytes.subarray(0, length)).toString()), binary: bytes.slice(length) };
};

describe("the Open Inference Protocol", () => {
  it("tells the truth about the server, its health and its models", async () => {
    expect(await (await get("/v2")).json()).toMatchObject({
      name: "headgate-runner",
      extensions: expect.arrayContaining(["binary_tensor_data"]),
      parameters: { execution_provider: "cpu", provider_probes: { cpu: "works" } },
    });
    expect((await get("/v2/health/live")).status).toBe(200);
    expect((await get("/v2/health/ready")).status).toBe(200);
    expect((await get("/v2/models/affine/versions/1/ready")).status).toBe(200);
    expect(await (await get("/v2/models/affine")).json()).toMatchObject({
      versions: ["1", "2"],
      platform: "onnx_onnxv1",
      inputs: [{ name: "x", datatype: "FP32", shape: [-1, 3] }],
    });
    const index: unknown = await (await post("/v2/repository/index", "")).json();
    expect(index).toContainEqual({ name: "visual-servo", version: "1", state: "READY", reason: "" });
  });

  it("computes on the newest version or the one that is named, echoes the id, and splits queue from compute", async () => {
    const newest = await infer(affineBody([3, 6, -9]));
    const json = await newest.json();
    expect(json).toMatchObject({
      model_version: "2",
      id: "a-1",
      outputs: [{ shape: [1, 3], data: [2, 4, -6] }],
    });
    expect(json.parameters).toEqual({ queue_ms: expect.any(Number), compute_ms: expect.any(Number) });
    expect(newest.headers.get("server-timing")).toMatch(/^queue;dur=[\d.]+, compute;dur=[\d.]+$/);
    const first = await post("/v2/models/affine/versions/1/infer", affineBody([3, 6, -9]));
    expect((await first.json()).outputs[0].data).toEqual([1, 2, -3]);
  });

  it("gives the same bits through JSON and through binary tensors, in and out", async () => {
    const numbers = Float32Array.of(0.1, -1e-40, 3.4e38);
    const inputs = [{ name: "x", datatype: "FP32", shape: [1, 3], parameters: { binary_data_size: 12 } }];
    const head = JSON.stringify({ inputs, parameters: { binary_data_output: true } });
    const body = Buffer.concat([Buffer.from(head), Buffer.from(numbers.buffer)]);
    const binary = await split(await infer(body, { "inference-header-content-length": String(head.length) }));
    expect(binary.json.outputs[0]).toMatchObject({ parameters: { binary_data_size: 12 } });
    const json = await (await infer(affineBody([...numbers]))).json();
    expect(new Uint8Array(Float32Array.from(json.outputs[0].data).buffer)).toEqual(binary.binary);
  });

  it("serves a camera's picture and an instruction to visual-servo", async () => {
    const scene = {
      blocks: [{ rgb: [210, 40, 40] as const, x: 0.1, y: 0, sideM: 0.04, turn: 0 }],
      background: [140, 140, 140] as const,
      grain: 0,
      slope: 0,
      seed: 1,
    };
    const image = await renderJpeg(scene, { x: 0, y: 0, viewWidthM: 0.4, widthPx: 160, heightPx: 120 });
    const size = Buffer.alloc(4);
    size.writeUInt32LE(image.length);
    const head = JSON.stringify({
      inputs: [
        { name: "image", datatype: "BYTES", shape: [1], parameters: { binary_data_size: image.length + 4 } },
        { name: "instruction", datatype: "BYTES", shape: [1], data: ["pick up the red block"] },
      ],
    });
    const headers = { "inference-header-content-length": String(head.length) };
    const response = await post(
      "/v2/models/visual-servo/infer",
      Buffer.concat([Buffer.from(head), size, image]),
      headers,
    );
    const [output] = (await response.json()).outputs;
    expect(output).toMatchObject({ name: "actions", datatype: "FP32", shape: [1, 8, 7] });
    expect(output.data[0]).toBeCloseTo(0.008, 4);
  });

  it("answers a picture that is none with 400", async () => {
    const inputs = [{ name: "image", datatype: "BYTES", shape: [1], data: ["no picture"] }];
    const response = await post("/v2/models/visual-512/infer", JSON.stringify({ inputs }));
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: expect.stringContaining("The image is not a JPEG, PNG or WebP"),
      category: "data",
      retry: false,
    });
  });
});

describe("refusals", () => {
  it.each([
    ["GET", "/v2/models/nobody", 404],
    ["POST", "/v2/models/affine/versions/9/infer", 404],
    ["GET", "/v2/models/%E0%A4%A/ready", 404],
    ["GET", "/v1/else", 404],
    ["DELETE", "/v2", 405],
    ["GET", "/v2/models/affine/infer", 405],
  ])("%s %s is %i, with a sentence", async (method, path, status) => {
    const response = await get(path, { method });
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({
      error: expect.any(String),
      category: path.includes("models/nobody") || path.includes("versions") ? "model" : "data",
      retry: false,
    });
    if (status === 405) expect(response.headers.get("allow")).toMatch(/GET|POST/);
  });

  it("answers wrong bodies, sizes, encodings and deadlines with their status, and goes on serving", async () => {
    expect((await infer("{")).status).toBe(400);
    expect((await infer("x".repeat(200_000))).status).toBe(413);
    expect((await infer(affineBody([1, 2, 3]), { "content-encoding": "gzip" })).status).toBe(415);
    expect((await infer(affineBody([1, 2, 3]), { "x-request-deadline-ms": "soon" })).status).toBe(400);
    const late = await infer(affineBody([1, 2, 3]), { "x-request-deadline-ms": "0" });
    expect([late.status, late.headers.get("retry-after")]).toEqual([503, "1"]);
    expect((await infer(affineBody([1, 2, 3]), { "x-request-deadline-ms": "5000" })).status).toBe(200);
  });

  it("survives callers that break off in the middle of a request", async () => {
    const port = Number(new URL(runner.url).port);
    for (const text of [
      "POST /v2/models/affine/infer HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{",
      "nonsense\r\n\r\n",
    ])
      await new Promise<void>((resolve) => {
        const socket = connect(port, "127.0.0.1", () => socket.end(text));
        socket.on("data", () => {});
        socket.on("close", () => resolve());
      });
    expect((await infer(affineBody([1, 2, 3]))).status).toBe(200);
  });
});

it("counts what it serves in Prometheus text: help and type for every metric, no sample without them", async () => {
  const response = await get("/metrics");
  expect(response.headers.get("content-type")).toContain("version=0.0.4");
  const lines = (await response.text()).trimEnd().split("\n");
  const typed = new Set(lines.flatMap((line) => /^# TYPE (headgate_runner_\w+) /.exec(line)?.[1] ?? []));
  for (const line of lines.filter((one) => !one.startsWith("#"))) {
    const [, name = ""] = /^(\w+?)(?:_bucket|_sum|_count)?(?:\{[^}]*\})? \S+$/.exec(line) ?? [];
    expect(typed, line).toContain(name);
  }
  expect(lines).toContainEqual(
    expect.stringMatching(/^headgate_runner_requests_total\{model="affine",status="200"\} \d+$/),
  );
});

describe("starting", () => {
  it("fails with one sentence on a taken port, a broken contract, and a provider that is asked for and missing", async () => {
    const taken = await start({ MODEL_REPOSITORY: repository, PORT: new URL(runner.url).port });
    expect(taken).toMatchObject({
      ok: false,
      failure: expect.stringMatching(/^Port \d+ on 127.0.0.1 is taken\.$/),
    });
    const missing = await start({ MODEL_REPOSITORY: repository, EXECUTION_PROVIDER: "cuda" });
    expect(missing).toMatchObject({
      ok: false,
      failure: expect.stringContaining("No execution provider works (cuda:"),
    });
    await writeFile(join(repository, "affine", "model.json"), '{"name":"affine"}');
    const broken = await start({ MODEL_REPOSITORY: repository });
    expect(broken).toMatchObject({ ok: false, failure: expect.stringContaining("is not a model contract") });
  });
});
