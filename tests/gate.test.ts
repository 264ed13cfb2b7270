import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { stackSummary } from "../local/devFile.ts";
import { type Cell, foundNeighbor, openCell, storedRows } from "./support/cell.ts";
import { type Answer, act, ask, idOf, observation, recordOf } from "./support/client.ts";
import { noiseMark, noisePng } from "./support/noisePng.ts";
import { filesHolding } from "./support/traces.ts";

// The first promise: one command, one call, one consented record. tests/canary.test.ts shows that nothing else is kept.

const READABLE_WITHIN_MS = 2000;
const IMAGE_WITHIN_MS = 8000;

let cell: Cell;
const url = () => cell.stack.url;

beforeAll(async () => {
  cell = await openCell({ LOG_LEVEL: "debug", FRAME_PACK_MAX_AGE_MS: "300" });
});
afterAll(() => cell?.close());

const read = (id: string, key = cell.stack.key) => ask(`${url()}/v1/inferences/${id}?include=image`, { key });

/** Resolves when the record's row and its picture are stored. */
const untilStored = (answer: Answer) =>
  expect.poll(async () => (await read(idOf(answer))).body.image, { timeout: IMAGE_WITHIN_MS }).toBe("stored");

describe("the call that the start prints", () => {
  let id = "";

  test("answers seven finite numbers inside the robot's envelope, recorded", async () => {
    const printed = stackSummary(cell.stack);
    const command = printed.slice(printed.indexOf("\ncurl ")).trim();
    const { stdout } = await promisify(execFile)("bash", ["-c", `${command} -sS -w '\\n%{http_code}'`]);
    const [body = "", status] = stdout.split("\n");
    expect(status).toBe("200");
    const answer = z
      .object({ id: z.string(), recorded: z.literal(true), actions: z.array(z.array(z.number().finite())) })
      .parse(JSON.parse(body));
    id = answer.id;
    expect(answer.actions.length).toBeGreaterThan(0);
    // docs/safety-envelope.md: 0.10 m and 0.5 rad per step at 5 Hz, and franka is driven at 15.
    const position = (0.1 * 5) / 15;
    const rotation = (0.5 * 5) / 15;
    for (const action of answer.actions) {
      expect(action).toHaveLength(7);
      for (const number of action.slice(0, 3)) expect(Math.abs(number)).toBeLessThanOrEqual(position + 1e-9);
      for (const number of action.slice(3, 6)) expect(Math.abs(number)).toBeLessThanOrEqual(rotation + 1e-9);
      expect(action[6]).toBeGreaterThanOrEqual(0);
      expect(action[6]).toBeLessThanOrEqual(1);
    }
  });

  test("is one row that can be read within two seconds, with what was asked and answered", async () => {
    await expect.poll(async () => (await read(id)).status, { timeout: READABLE_WITHIN_MS }).toBe(200);
    const { body } = await read(id);
    expect(body).toMatchObject({
      id,
      instruction: "move to the red block",
      robot_type: "franka",
      consent: { tier: "research", person_free: true },
    });
    expect((await storedRows(cell.asOwner)).map((row) => row.id)).toEqual([id]);
  });

  test("keeps its picture as the robot saw it, in R2", async () => {
    const picture = noisePng(90_001);
    const answer = await act(url(), cell.stack.key, { image: picture.toString("base64") });
    await untilStored(answer);
    const { body } = await read(idOf(answer));
    expect(body.image_data).toBe(`data:image/png;base64,${picture.toString("base64")}`);
    const r2 = join(cell.stack.dataDir, "edge", "r2");
    expect(filesHolding(r2, [noiseMark(90_001)])).toHaveLength(1);
  });

  test("keeps what each camera of a multipart request saw, once for its Idempotency-Key", async () => {
    const pictures = { primary: noisePng(90_002), wrist: noisePng(90_003) };
    const { image: _, ...words } = observation();
    const once = randomBytes(8).toString("hex");
    const send = async (): Promise<Answer> => {
      const form = new FormData();
      form.append("request", JSON.stringify(words));
      form.append("wrist", new File([Uint8Array.from(pictures.wrist)], "wrist.jpg", { type: "image/jpeg" }));
      form.append("image", new File([Uint8Array.from(pictures.primary)], "top.png"));
      const { headers, body } = await encoded(form);
      return await ask(`${url()}/v1/act`, {
        key: cell.stack.key,
        method: "POST",
        body,
        headers: { ...headers, "idempotency-key": once },
      });
    };
    const answer = await send();
    expect(recordOf(answer).recorded).toBe(true);
    const mismatch = { rule: "image.type_mismatch", pointer: "/images/wrist" };
    expect(answer.body.warnings).toContainEqual(expect.objectContaining(mismatch));
    const again = await send();
    expect([again.headers.get("idempotent-replayed"), idOf(again)]).toEqual(["true", idOf(answer)]);
    await untilStored(answer);
    const { body } = await ask(`${url()}/v1/inferences/${idOf(answer)}?include=images`, cell.stack);
    expect(body.cameras).toEqual(["primary", "wrist"]);
    expect(body.images_data).toEqual({
      primary: `data:image/png;base64,${pictures.primary.toString("base64")}`,
      wrist: `data:image/png;base64,${pictures.wrist.toString("base64")}`,
    });
  });
});

describe("two organizations", () => {
  test("do not see each other's records, which are not there for them", async () => {
    const neighbor = await foundNeighbor(cell);
    const answer = await act(url(), neighbor.key);
    expect(recordOf(answer).recorded).toBe(true);
    await expect
      .poll(async () => (await read(idOf(answer), neighbor.key)).status, { timeout: READABLE_WITHIN_MS })
      .toBe(200);
    const stranger = await read(idOf(answer));
    const nothing = await read("inf_01990000-0000-7000-8000-000000000001");
    expect([stranger.status, stranger.body.code]).toEqual([404, "not_found"]);
    expect({ ...stranger.body, instance: "" }).toEqual({ ...nothing.body, instance: "" });
    const theirs = await ask(`${url()}/v1/inferences`, { key: neighbor.key });
    expect(theirs.body.data).toMatchObject([{ id: idOf(answer) }]);
    expect((await ask(`${url()}/v1/inferences?limit=200`, cell.stack)).text).not.toContain(idOf(answer));
  });
});

describe("the protocol", () => {
  test("serves the OpenAPI document that docs/ holds, and every route in it", async () => {
    const { body } = await ask(`${url()}/openapi.json`);
    expect(body).toEqual(JSON.parse(readFileSync("docs/openapi.json", "utf8")));
    const { paths } = z
      .object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
      .parse(body);
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })),
    );
    expect(routes.length).toBeGreaterThan(10);
    // `/` is a socket's, and else no page (tests/socket.test.ts).
    for (const { method, path } of routes.filter((route) => route.path !== "/")) {
      const answer = await ask(url() + path.replaceAll(/\{\w+\}/g, "x"), { method });
      expect([path, [404, 405, 500].includes(answer.status)]).toEqual([path, false]);
      if (answer.status !== 200) expect(answer.headers.get("headgate-code")).toBe("missing_key");
    }
    expect((await ask(`${url()}/docs`)).text).toContain("POST /v1/act");
  });

  test.each([
    [process.execPath, "examples/act.ts"],
    ["python3", "examples/act.py"],
  ])("is spoken by %s in less than sixty lines of %s", async (program, path) => {
    expect(readFileSync(path, "utf8").split("\n").length).toBeLessThanOrEqual(60);
    const { stdout } = await promisify(execFile)(program, [path, "move to the red block"], {
      env: { ...process.env, HEADGATE_URL: url(), HEADGATE_KEY: cell.stack.key },
    });
    expect(stdout).toMatch(/recorded'?: true/i);
  });

  test("continues the caller's trace, and tells where the time went", async () => {
    const traceId = randomBytes(16).toString("hex");
    const parent = randomBytes(8).toString("hex");
    const answer = await act(url(), cell.stack.key, {}, { traceparent: `00-${traceId}-${parent}-01` });
    const traceparent = answer.headers.get("traceparent") ?? "";
    expect(traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
    expect(traceparent).not.toContain(parent);
    const stages = [...(answer.headers.get("server-timing") ?? "").matchAll(/(\w+);dur=([\d.]+)/g)];
    expect(stages.map(([, name]) => name)).toEqual([
      "admit",
      "runner_queue",
      "runner_compute",
      "record",
      "total",
    ]);
    const [total = 0, ...parts] = stages.map(([, , ms]) => Number(ms)).reverse();
    expect(total).toBeGreaterThan(0);
    for (const part of parts) expect(part).toBeLessThanOrEqual(total);
    await expect
      .poll(async () => (await read(idOf(answer))).body.trace_id, { timeout: READABLE_WITHIN_MS })
      .toBe(traceId);
  });

  test("renders metrics that promtool accepts, for the operator alone", async () => {
    expect((await ask(`${url()}/metrics`)).status).toBe(401);
    const answer = await ask(`${url()}/metrics`, { key: cell.stack.bindings.METRICS_TOKEN ?? "" });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(answer.text).toMatch(/^headgate_http_requests_total\{.*route="\/v1\/act".*\} \d+$/m);
    expect(answer.text).toMatch(/^headgate_build_info\{.*cell="local".*\} 1$/m);
    expect(await complaints(answer.text)).toBe("");
  });

  test("says of each part how it is", async () => {
    const { body } = await ask(`${url()}/health`);
    expect(body).toMatchObject({ status: "up", live: true, ready: true });
    const { parts } = z
      .object({ parts: z.array(z.object({ name: z.string(), status: z.string() })) })
      .parse(body);
    expect(parts.map(({ name, status }) => `${name} ${status}`).sort()).toEqual([
      "object_store up",
      "postgres up",
      "redis up",
      "runner up",
    ]);
  });

  const key = () => cell.stack.key;
  const refusals: readonly [number, string, () => Promise<Answer>][] = [
    [400, "malformed_json", () => ask(`${url()}/v1/act`, { key: key(), method: "POST", body: "{" })],
    [400, "invalid_request", () => act(url(), key(), { instruction: 7 })],
    [401, "missing_key", () => ask(`${url()}/v1/act`, { method: "POST", body: observation() })],
    [401, "unknown_key", () => act(url(), "hg_local_live_nobody")],
    [
      403,
      "missing_scope",
      () => ask(`${url()}/v1/keys`, { key: key(), method: "POST", body: { name: "x", roles: ["admin"] } }),
    ],
    [404, "not_found", () => ask(`${url()}/v1/nothing`, { key: key() })],
    [405, "method_not_allowed", () => ask(`${url()}/v1/act`, { key: key() })],
    [413, "body_too_large", () => act(url(), key(), { image: "A".repeat(5_000_000) })],
    [415, "unsupported_media_type", () => act(url(), key(), {}, { "content-type": "text/plain" })],
    [422, "gate_instruction", () => act(url(), key(), { instruction: "" })],
    [422, "gate_robot_type", () => act(url(), key(), { robot_type: "toaster" })],
  ];
  test.each(refusals)("answers %i %s in the one shape of problems", async (status, code, send) => {
    const answer = await send();
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.headers.get("x-request-id")).toMatch(/^req_/);
    expect(answer.body).toMatchObject({
      type: `/docs#${code}`,
      status,
      title: expect.any(String),
      detail: expect.any(String),
      instance: `urn:headgate:${answer.headers.get("x-request-id")}`,
      errors: expect.any(Array),
      fix: expect.any(String),
    });
  });

  test("points at every field that does not fit, and names the methods that a route takes", async () => {
    const wrong = await act(url(), key(), { instruction: 7, surprise: true });
    expect(wrong.body.errors).toMatchObject([{ pointer: "/instruction" }, { pointer: "/surprise" }]);
    const method = await ask(`${url()}/v1/consent/x`, { key: key(), method: "DELETE" });
    expect(method.headers.get("allow")).toBe("GET, PUT");
  });

  test("no log line of all this holds a key, an instruction or a body", async () => {
    const said = cell.lines.join("\n");
    expect(said).toContain("/v1/act");
    for (const secret of [cell.stack.key, cell.stack.adminKey, "move to the red block"])
      expect(said).not.toContain(secret);
  });

  test("the demo organization's rows are its own, by the owner's count too", async () => {
    const rows = await cell.asOwner(
      sql`select organization_id, count(*)::int as rows from inferences group by 1`,
    );
    expect(rows).toHaveLength(2);
  });
});

/** A form as bytes, with the header that says where its parts end. */
async function encoded(form: FormData) {
  const request = new Request("http://form/", { method: "POST", body: form });
  const body = new Uint8Array(await request.arrayBuffer());
  return { body, headers: { "content-type": request.headers.get("content-type") ?? "" } };
}

/** What promtool says against a page of metrics; nothing where it is not installed. */
async function complaints(text: string): Promise<string> {
  const run = promisify(execFile)("promtool", ["check", "metrics"]);
  run.child.stdin?.end(text);
  return await run.then(
    ({ stdout, stderr }) => stdout + stderr,
    (error: unknown) =>
      error instanceof Error && "code" in error && error.code === "ENOENT" ? "" : String(error),
  );
}
