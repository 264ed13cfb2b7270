import { once } from "node:events";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { connect as connectHttp2 } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { credentials } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeCertificates } from "../gpu-runner/certificates/writeCertificates.ts";
import { readSettings } from "../gpu-runner/settings.ts";
import { type Runner, startRunner } from "../gpu-runner/startRunner.ts";
import { makeEchoRepository } from "../gpu-runner/testing/testEchoRepository.ts";
import { fuzzRunner } from "./fuzz/fuzzRunner.ts";
import { askOverTls, type TlsAnswer } from "./support/askOverTls.ts";
import { type GrpcClient, openGrpcClient } from "./support/grpcClient.ts";
import {
  allBytes,
  ECHO,
  echoed,
  HALVES,
  inputOf,
  outputsOf,
  rawRequest,
  typedOf,
} from "./support/tensorSamples.ts";

const HOSTS = ["localhost", "127.0.0.1"];
const [INVALID_ARGUMENT, NOT_FOUND, RESOURCE_EXHAUSTED, UNAVAILABLE] = [3, 5, 8, 14];

let repository: string;
let certificates: string;
let foreign: string;
let runner: Runner;
let client: GrpcClient;
let stopped = false;

const pem = (folder: string, name: string): Promise<Buffer> => readFile(join(folder, name));

/** Credentials of a caller that trusts `trusted`'s authority and shows the key pair `name` of `own`. */
const credentialsOf = async (trusted: string, own: string, name = "client") =>
  credentials.createSsl(
    await pem(trusted, "ca.crt"),
    await pem(own, `${name}.key`),
    await pem(own, `${name}.crt`),
  );

/** It listens on every address; its certificate knows this one. */
const target = (): string => `localhost:${new URL(runner.url).port}`;

beforeAll(async () => {
  repository = await makeEchoRepository();
  certificates = await mkdtemp(join(tmpdir(), "headgate-certificates-"));
  foreign = await mkdtemp(join(tmpdir(), "headgate-certificates-"));
  await writeCertificates(certificates, HOSTS, new Date());
  await writeCertificates(foreign, HOSTS, new Date());
  const settings = readSettings({
    PORT: "0",
    LOOPBACK_PORT: "0",
    HOST: "0.0.0.0",
    WORKERS: "1",
    EXECUTION_PROVIDER: "cpu",
    MODEL_REPOSITORY: repository,
    MAX_BODY_BYTES: "100000",
    TLS_CERTIFICATE: join(certificates, "server.crt"),
    TLS_KEY: join(certificates, "server.key"),
    TLS_CLIENT_AUTHORITY: join(certificates, "ca.crt"),
    TLS_RELOAD_MS: "3600000",
  });
  if (!settings.ok) throw new Error(settings.failure);
  const started = await startRunner(settings.value, (reason) => {
    throw new Error(reason);
  });
  if (!started.ok) throw new Error(started.failure);
  runner = started.value;
  client = openGrpcClient(target(), await credentialsOf(certificates, certificates));
});
afterAll(async () => {
  client.close();
  if (!stopped) await runner.stop();
  for (const folder of [repository, certificates, foreign]) await rm(folder, { recursive: true });
});

/** One request of REST over mutual TLS; rejects with the code of what broke the connection. */
const rest = async (
  method: string,
  path: string,
  body: string | Uint8Array = "",
  headers: Record<string, string> = {},
  own: string | null = certificates,
): Promise<TlsAnswer> => {
  const ca = await pem(certificates, "ca.crt");
  const keys = own === null ? {} : { cert: await pem(own, "client.crt"), key: await pem(own, "client.key") };
  return askOverTls(new URL(path, `https://${target()}`), { method, headers, ca, ...keys }, body);
};

const json = ({ body }: TlsAnswer) => JSON.parse(body.toString());

const answerOf = async (calling: ReturnType<GrpcClient["call"]>): Promise<Record<string, unknown>> => {
  const called = await calling;
  if (!called.ok) throw new Error(`${called.code}: ${called.details}`);
  return called.answer;
};

describe("the Open Inference Protocol over gRPC and mutual TLS", () => {
  it("tells the truth about the server and its models", async () => {
    expect(await answerOf(client.call("ServerLive", {}))).toEqual({ live: true });
    expect(await answerOf(client.call("ServerReady", {}))).toEqual({ ready: true });
    expect(await answerOf(client.call("ModelReady", { name: "echo", version: "1" }))).toEqual({
      ready: true,
    });
    expect(await answerOf(client.call("ServerMetadata", {}))).toMatchObject({
      name: "headgate-runner",
      extensions: expect.arrayContaining(["binary_tensor_data", "model_repository"]),
    });
    expect(await answerOf(client.call("ModelMetadata", { name: "double" }))).toMatchObject({
      name: "double",
      versions: ["1"],
      platform: "onnx_onnxv1",
      inputs: [{ name: "x", datatype: "FP32", shape: ["-1", "3"] }],
      outputs: [{ name: "y", datatype: "FP32", shape: ["-1", "3"] }],
      properties: { max_batch_size: "4", execution_provider: "cpu" },
    });
  });
});

describe.each([
  ["echo", ECHO],
  ["echo-halves", HALVES],
])("every datatype of %s comes back bit for bit", (model, samples) => {
  const path = `/v2/models/${model}/infer`;

  it("as raw contents of gRPC, compressed or not", async () => {
    const compressed = openGrpcClient(target(), await credentialsOf(certificates, certificates), {
      "grpc.default_compression_algorithm": 2,
    });
    for (const one of [client, compressed]) {
      const answer = await answerOf(one.call("ModelInfer", rawRequest(model, samples)));
      expect(answer).toMatchObject({ model_name: model, model_version: "1", id: "e-1" });
      expect(answer.raw_output_contents).toEqual(echoed(samples).map(({ bytes }) => bytes));
    }
    compressed.close();
  });

  it("as binary tensors of REST", async () => {
    const inputs = samples.map((one) => ({
      ...inputOf(one),
      parameters: { binary_data_size: one.bytes.length },
    }));
    const request = { inputs, outputs: outputsOf(samples), parameters: { binary_data_output: true } };
    const head = Buffer.from(JSON.stringify(request));
    const body = Buffer.concat([head, ...samples.map(({ bytes }) => bytes)]);
    const answer = await rest("POST", path, body, {
      "inference-header-content-length": String(head.length),
    });
    const at = Number(answer.headers["inference-header-content-length"]);
    expect(answer.body.subarray(at)).toEqual(allBytes(samples));
  });

  it("as JSON of REST, in and out", async () => {
    const tensors = samples.map((one) => `${JSON.stringify(inputOf(one)).slice(0, -1)},"data":${one.json}}`);
    const ask = (binary: boolean): Promise<TlsAnswer> =>
      rest(
        "POST",
        path,
        `{"inputs":[${tensors}],"outputs":${JSON.stringify(outputsOf(samples))},"parameters":{"binary_data_output":${binary}}}`,
      );
    const asBinary = await ask(true);
    const at = Number(asBinary.headers["inference-header-content-length"]);
    expect(asBinary.body.subarray(at)).toEqual(allBytes(samples));
    const text = (await ask(false)).body.toString();
    for (const { bytes, datatype, json: sent, read } of echoed(samples)) {
      const [, data = ""] =
        new RegExp(`"out_${datatype}"[^[]+\\[1,2\\],"data":(\\[[^\\]]*\\])`).exec(text) ?? [];
      if (read === undefined) expect(data, datatype).toBe(sent);
      else expect(read(data)).toEqual(bytes);
    }
  });
});

it("takes and gives typed contents of gRPC in the field of each datatype", async () => {
  const inputs = ECHO.map((one) => ({ ...inputOf(one), contents: typedOf(one) }));
  const request = { model_name: "echo", inputs, outputs: outputsOf(ECHO) };
  const typed = await answerOf(client.call("ModelInfer", request));
  expect(typed.raw_output_contents).toEqual([]);
  for (const [position, sample] of echoed(ECHO).entries()) {
    const { [position]: output } = Object(typed.outputs);
    expect(output.contents, sample.datatype).toMatchObject(
      sample.datatype === "FP32"
        ? { fp32_contents: [Math.fround(0.1), Math.fround(-1e-40)] }
        : typedOf(sample),
    );
  }
  const raw = { ...request, parameters: { binary_data_output: { bool_param: true } } };
  expect((await answerOf(client.call("ModelInfer", raw))).raw_output_contents).toEqual(
    echoed(ECHO).map(({ bytes }) => bytes),
  );
});

const X = { name: "x", datatype: "FP32", shape: [1, 3] };
const GOOD = { model_name: "double", inputs: [X], raw_input_contents: [Buffer.alloc(12)] };

describe("refusals say whose it is to mend and whether to retry", () => {
  it.each([
    ["an unknown model", { ...GOOD, model_name: "nobody" }, NOT_FOUND, "model"],
    ["an unknown version", { ...GOOD, model_version: "9" }, NOT_FOUND, "model"],
    ["a wrong name", { ...GOOD, inputs: [{ ...X, name: "z" }] }, INVALID_ARGUMENT, "data"],
    ["a wrong datatype", { ...GOOD, inputs: [{ ...X, datatype: "FP64" }] }, INVALID_ARGUMENT, "data"],
    ["a wrong shape", { ...GOOD, inputs: [{ ...X, shape: [1, 4] }] }, INVALID_ARGUMENT, "data"],
    ["a shape below nothing", { ...GOOD, inputs: [{ ...X, shape: [-1, 3] }] }, INVALID_ARGUMENT, "data"],
    ["too many rows", { ...GOOD, inputs: [{ ...X, shape: [5, 3] }] }, INVALID_ARGUMENT, "data"],
    ["too few bytes", { ...GOOD, raw_input_contents: [Buffer.alloc(11)] }, INVALID_ARGUMENT, "data"],
    ["no contents", { ...GOOD, raw_input_contents: [] }, INVALID_ARGUMENT, "data"],
    [
      "raw and typed contents",
      { ...GOOD, inputs: [{ ...X, contents: { fp32_contents: [1, 2, 3] } }] },
      INVALID_ARGUMENT,
      "data",
    ],
    ["no input", { model_name: "double" }, INVALID_ARGUMENT, "data"],
    ["an unknown output", { ...GOOD, outputs: [{ name: "w" }] }, INVALID_ARGUMENT, "data"],
    [
      "too large a message",
      { ...GOOD, raw_input_contents: [Buffer.alloc(200_000)] },
      RESOURCE_EXHAUSTED,
      "data",
    ],
  ])("over gRPC: %s", async (_name, request, code, category) => {
    const called = await client.call("ModelInfer", request);
    if (called.ok) throw new Error("it was taken");
    expect([called.code, called.trailers.get("error-category"), called.trailers.get("error-retry")]).toEqual([
      code,
      [category],
      ["false"],
    ]);
    expect(called.details).toMatch(/^.{10,300}\.$/);
  });

  it("over gRPC: a deadline that has passed may be tried again, and a wrong priority may not", async () => {
    const late = await client.call("ModelInfer", GOOD, { metadata: { "x-request-deadline-ms": "0" } });
    if (late.ok) throw new Error("it was taken");
    expect([late.code, late.trailers.get("error-category"), late.trailers.get("error-retry")]).toEqual([
      4,
      ["timeout"],
      ["true"],
    ]);
    const wrong = await client.call("ModelInfer", GOOD, { metadata: { "x-request-priority": "high" } });
    expect(wrong).toMatchObject({ ok: false, code: INVALID_ARGUMENT });
    expect(
      await client.call("ModelInfer", GOOD, { metadata: { "x-request-priority": "batch" } }),
    ).toMatchObject({ ok: true });
  });

  it.each([
    ["an unknown model", "/v2/models/nobody/infer", "{}", 404, "model"],
    [
      "a wrong shape",
      "/v2/models/double/infer",
      JSON.stringify({ inputs: [{ ...X, shape: [3], data: [] }] }),
      400,
      "data",
    ],
    ["a truncated body", "/v2/models/double/infer", '{"inputs":[{"na', 400, "data"],
    ["too large a body", "/v2/models/double/infer", "x".repeat(200_000), 413, "data"],
    ["an unknown path", "/v2/model", "", 404, "data"],
  ])("over REST: %s", async (_name, path, body, status, category) => {
    const answer = await rest("POST", path, body);
    expect([answer.status, json(answer)]).toEqual([
      status,
      { error: expect.any(String), category, retry: false },
    ]);
  });
});

describe("the model repository", () => {
  it("is listed, and its models come and go, over gRPC and REST", async () => {
    const state = async (): Promise<unknown> => {
      const listed = json(await rest("POST", "/v2/repository/index"));
      return listed.find(({ name }: { name: string }) => name === "double")?.state;
    };
    expect(await state()).toBe("READY");
    await answerOf(client.call("RepositoryModelUnload", { model_name: "double" }));
    expect(await client.call("ModelInfer", GOOD)).toMatchObject({ ok: false, code: NOT_FOUND });
    expect(await answerOf(client.call("RepositoryIndex", { ready: true }))).not.toMatchObject({
      models: expect.arrayContaining([expect.objectContaining({ name: "double" })]),
    });
    expect((await rest("POST", "/v2/repository/models/double/load")).status).toBe(200);
    expect(await client.call("ModelInfer", GOOD)).toMatchObject({ ok: true });
    expect((await rest("POST", "/v2/repository/models/nobody/load")).status).toBe(404);
    expect(
      (await rest("POST", "/v2/repository/models/double/load", '{"parameters":{"config":"{}"}}')).status,
    ).toBe(400);
    expect(
      await client.call("RepositoryModelLoad", {
        model_name: "double",
        parameters: { config: { string_param: "" } },
      }),
    ).toMatchObject({ ok: false, code: INVALID_ARGUMENT });
  });
});

it("answers broken messages of every protocol with a refusal, and goes on serving", async () => {
  const fuzzed = await fuzzRunner(runner.loopbackUrl ?? "", { messages: 250, seed: 20_261_122 });
  expect(fuzzed.complaints).toEqual([]);
  expect(Object.keys(fuzzed.answers).length).toBeGreaterThan(6);
  expect(await client.call("ModelInfer", GOOD)).toMatchObject({ ok: true });
});

describe("mutual TLS", () => {
  const tried = async (own: string, name?: string, trusted = certificates) => {
    const caller = openGrpcClient(target(), await credentialsOf(trusted, own, name));
    const called = await caller.call("ServerLive", {});
    caller.close();
    return called;
  };

  it("refuses callers of another authority, without a certificate, with a server's, and in plain", async () => {
    const unavailable = { ok: false, code: UNAVAILABLE };
    expect(await tried(foreign)).toMatchObject(unavailable);
    expect(await tried(certificates, "server")).toMatchObject(unavailable);
    const plain = openGrpcClient(target(), credentials.createInsecure());
    expect(await plain.call("ServerLive", {})).toMatchObject(unavailable);
    plain.close();
    await expect(rest("GET", "/v2", "", {}, null)).rejects.toMatchObject({
      code: "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
    });
    await expect(fetch(`http://${target()}/v2`)).rejects.toThrow();
    expect(await client.call("ServerLive", {})).toMatchObject({ ok: true });
  });

  it("serves health and metrics in plain on loopback alone, on a port of its own", async () => {
    expect((await fetch(`${runner.loopbackUrl}/v2/health/ready`)).status).toBe(200);
    expect(new URL(runner.loopbackUrl ?? "").hostname).toBe("127.0.0.1");
  });

  it("takes a renewed authority without a restart, and lets those of the old one in no more", async () => {
    for (const name of ["ca.crt", "ca.key"]) await rm(join(certificates, name));
    await cp(join(certificates, "client.crt"), join(foreign, "old.crt"));
    await cp(join(certificates, "client.key"), join(foreign, "old.key"));
    await writeCertificates(certificates, HOSTS, new Date());
    await runner.lookForCertificates();
    expect(await tried(certificates)).toMatchObject({ ok: true });
    expect(await tried(foreign, "old")).toMatchObject({ ok: false, code: UNAVAILABLE });
    // Who was let in before stays in.
    expect(await client.call("ServerLive", {})).toMatchObject({ ok: true });

    await cp(join(foreign, "server.key"), join(certificates, "server.key"));
    await runner.lookForCertificates();
    expect(await tried(certificates)).toMatchObject({ ok: true });
  });

  it("is what a port needs that others can reach", async () => {
    const settings = readSettings({ HOST: "0.0.0.0", PORT: "0", MODEL_REPOSITORY: repository });
    if (!settings.ok) throw new Error(settings.failure);
    expect(await startRunner(settings.value, () => {})).toMatchObject({
      ok: false,
      failure: expect.stringMatching(/^Plain HTTP is for loopback only/),
    });
  });
});

it("stops when the last answer is out, though it refused an upload in the middle and connections stay open", async () => {
  const session = connectHttp2(runner.loopbackUrl ?? "");
  session.on("error", () => {});
  const upload = session.request({ ":method": "POST", ":path": "/v2/models/double/infer" });
  upload.on("error", () => {});
  upload.resume();
  const [head] = await Promise.all([once(upload, "response"), upload.end(Buffer.alloc(400_000))]);
  expect(head[0]).toMatchObject({ ":status": 413 });
  const asked = Array.from({ length: 8 }, () => client.call("ModelInfer", GOOD));
  expect(await asked[0]).toMatchObject({ ok: true });
  stopped = true;
  const startedAtMs = performance.now();
  await runner.stop();
  // What would hold it is cut off after ten seconds.
  expect(performance.now() - startedAtMs).toBeLessThan(5000);
  expect(await Promise.all(asked)).toMatchObject(asked.map(() => ({ ok: true })));
  session.destroy();
});
