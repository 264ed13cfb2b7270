import { afterEach, expect, it, vi } from "vitest";
import type { Clock, ProtocolRequest } from "../../functions/contracts/ports.ts";
import { passedProtocol } from "./passedProtocol.ts";

const DEADLINE_MS = 30;
const REQUEST: ProtocolRequest = {
  method: "POST",
  path: "/v2/models/m/infer",
  headers: { "content-type": "application/octet-stream", "inference-header-content-length": "2" },
  body: new Uint8Array([123, 125, 0, 255]),
};

type Behavior = () => Promise<Response> | Response;

/** Origins by name, each doing what it does. */
function origins(behaviors: Readonly<Record<string, Behavior>>) {
  const asked: Request[] = [];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    const request = new Request(url, init);
    asked.push(request);
    const answered = behaviors[new URL(url).hostname]?.();
    const late = new Promise<never>((_, reject) => {
      init.signal?.addEventListener("abort", () => reject(init.signal?.reason), { once: true });
    });
    return await Promise.race([answered ?? Promise.reject(new TypeError("fetch failed")), late]);
  });
  const clock: Clock = { now: () => 0, sleep: async () => undefined };
  const meter = { count: () => undefined, observe: () => undefined, set: () => undefined };
  const names = Object.keys(behaviors).map((name) => `http://${name}`);
  const protocol = passedProtocol({ origins: names, clock, meter });
  return { asked, pass: (request = REQUEST) => protocol.pass(request, DEADLINE_MS) };
}

const says =
  (status: number, body: unknown): Behavior =>
  () =>
    Response.json(body, { status });
const hosts = (asked: readonly Request[]) => asked.map(({ url }) => new URL(url).hostname);

afterEach(() => vi.unstubAllGlobals());

it("passes bytes and the protocol's headers both ways, with what is left of the deadline, and no others", async () => {
  const { asked, pass } = origins({
    first: () =>
      new Response(new Uint8Array([1, 2, 3]), {
        headers: { "inference-header-content-length": "1", "set-cookie": "x=1", server: "runner" },
      }),
  });
  const answer = await pass();
  if (!answer.ok) throw new Error(answer.failure.kind);
  expect(answer.value.headers).toEqual({ "inference-header-content-length": "1" });
  expect(await new Response(answer.value.body).bytes()).toEqual(new Uint8Array([1, 2, 3]));
  const [sent] = asked;
  expect([sent?.method, sent?.url]).toEqual(["POST", "http://first/v2/models/m/infer"]);
  // A redirect would lead the body to whoever answers on that port.
  expect(sent?.redirect).toBe("manual");
  expect(await sent?.bytes()).toEqual(REQUEST.body);
  expect(Object.fromEntries(sent?.headers ?? [])).toEqual({
    ...REQUEST.headers,
    "x-request-deadline-ms": String(DEADLINE_MS),
  });
});

it("goes on to the next runner past one that is away, full or without the model, and past no other refusal", async () => {
  const away = origins({
    away: () => Promise.reject(new TypeError("fetch failed")),
    full: says(503, { error: "full" }),
    empty: says(404, { error: "There is no model of that name." }),
    serves: says(200, {}),
  });
  expect((await away.pass()).ok).toBe(true);
  expect(hosts(away.asked)).toEqual(["away", "full", "empty", "serves"]);
  const refusing = origins({ first: says(400, { error: "no JSON" }), second: says(200, {}) });
  expect(await refusing.pass()).toEqual({ ok: false, failure: { kind: "invalid_input", detail: "no JSON" } });
  expect(hosts(refusing.asked)).toEqual(["first"]);
});

it.each([
  [413, { error: "too large" }, { kind: "too_large", detail: "too large" }],
  [404, { error: "no such" }, { kind: "unknown_model", detail: "no such" }],
  [500, { error: "A bug" }, { kind: "no_capacity", detail: "A bug" }],
  [502, "<html>", { kind: "no_capacity", detail: "The runner answered 502." }],
  [302, {}, { kind: "invalid_input", detail: "The runner answered 302." }],
])("tells an answer of %i as what it is", async (status, body, failure) => {
  expect(await origins({ only: says(status, body) }).pass()).toEqual({ ok: false, failure });
});

it("ends with the deadline where a runner stalls", async () => {
  const { pass } = origins({ stalls: () => new Promise<Response>(() => undefined) });
  expect(await pass()).toEqual({ ok: false, failure: { kind: "deadline" } });
});
