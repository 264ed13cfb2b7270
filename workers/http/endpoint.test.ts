import { beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { settle, systemRandom, TestWorld } from "../../functions/guard/leases/testWorld.ts";
import { createLogger } from "../../functions/observe/logs.ts";
import { createMeter } from "../../functions/observe/meter.ts";
import type { Services } from "../services.ts";
import { type Answer, type Endpoint, refusal, result, serveEndpoint, withGrant } from "./endpoint.ts";
import { withBody } from "./withBody.ts";

const SECRET = "hg_local_live_the_text_of_a_new_key";

let world: TestWorld;
let key: { readonly text: string };
/** How often a route had its effect. */
let effects = 0;
/** What a route waits for before it answers. */
let held: Promise<void> = Promise.resolve();

const contract = { responses: {} };

async function effect(): Promise<Answer> {
  effects += 1;
  await held;
  return result({ key: SECRET, effects }, {}, 201);
}

const makeKey: Endpoint = {
  method: "POST",
  path: "/v1/keys",
  scope: "keys:write",
  summary: "",
  contract,
  handle: (call) =>
    withBody(call, "keys:write", z.object({ name: z.string() }), async (_, { name }) =>
      name === "taken" ? refusal({ code: "conflict" }) : effect(),
    ),
};
const rotate: Endpoint = { ...makeKey, handle: (call) => withGrant(call, "keys:write", effect) };
const search: Endpoint = { ...rotate, writes: false };
const read: Endpoint = { ...rotate, method: "GET" };

/** The services that a call needs, of one more isolate. */
function isolate(): Services {
  const { clock, configuration, redis: keyValue } = world;
  const logger = createLogger({ level: "error", clock, write: () => {}, routes: new Set() });
  const admitter = world.isolate();
  const meter = createMeter({ clock });
  return Object.assign(Object.create(null), {
    clock,
    configuration,
    keyValue,
    logger,
    admitter,
    meter,
    random: systemRandom,
  });
}

interface Sent {
  readonly body?: string;
  readonly once?: string;
  readonly path?: string;
  readonly by?: string;
}

async function send(endpoint: Endpoint, services: Services, sent: Sent = {}) {
  const { body, once, path = "/v1/keys", by = key.text } = sent;
  const headers = new Headers({ authorization: `Bearer ${by}`, "content-type": "application/json" });
  if (once !== undefined) headers.set("idempotency-key", once);
  const request = new Request(`https://headgate.test${path}`, {
    method: endpoint.method,
    headers,
    ...(body === undefined ? {} : { body }),
  });
  const response = await serveEndpoint(endpoint, request, {}, services, { waitUntil: () => {} });
  const answer = z.record(z.string(), z.unknown()).parse(await response.json());
  await settle();
  return { status: response.status, headers: response.headers, answer };
}

beforeEach(async () => {
  world = new TestWorld();
  key = await world.addKey({ scopes: ["keys:write"] });
  effects = 0;
  held = Promise.resolve();
});

const ann = JSON.stringify({ name: "ann" });

describe("a POST with an Idempotency-Key", () => {
  test("has one effect; its first answer, status included, is given again on every isolate", async () => {
    const first = await send(makeKey, isolate(), { body: ann, once: "1" });
    const again = await send(makeKey, isolate(), { body: ann, once: "1" });
    expect([first.status, first.headers.get("idempotent-replayed")]).toEqual([201, null]);
    expect([again.status, again.headers.get("idempotent-replayed")]).toEqual([201, "true"]);
    expect(again.answer).toEqual(first.answer);
    expect(again.headers.get("ratelimit")).not.toBe(null);
    expect(effects).toBe(1);
    await world.clock.advance(world.configuration.IDEMPOTENCY_TTL_MS);
    await send(makeKey, isolate(), { body: ann, once: "1" });
    expect(effects).toBe(2);
  });

  test("has one effect without a body, too, and is good for one path and query", async () => {
    const services = isolate();
    const paths = ["/v1/keys/a/rotate", "/v1/keys/a/rotate", "/v1/keys/b/rotate", "/v1/keys/a/rotate?x=1"];
    const answers = [];
    for (const path of paths) answers.push(await send(rotate, services, { once: "1", path }));
    expect(answers.map(({ status, answer }) => [status, answer.code])).toEqual([
      [201, undefined],
      [201, undefined],
      [422, "idempotency_mismatch"],
      [422, "idempotency_mismatch"],
    ]);
    expect(effects).toBe(1);
  });

  test("takes no other body, and no second one while the first is under way", async () => {
    const services = isolate();
    let answer = () => {};
    held = new Promise((resolve) => {
      answer = resolve;
    });
    const first = send(makeKey, services, { body: ann, once: "1" });
    await settle();
    const second = await send(makeKey, services, { body: ann, once: "1" });
    expect([second.status, second.answer.code]).toEqual([409, "idempotency_in_flight"]);
    answer();
    expect((await first).status).toBe(201);
    const other = await send(makeKey, services, { body: JSON.stringify({ name: "bob" }), once: "1" });
    expect([other.status, other.answer.code, effects]).toEqual([422, "idempotency_mismatch", 1]);
  });

  test("is free again after a refusal", async () => {
    const services = isolate();
    const taken = JSON.stringify({ name: "taken" });
    expect((await send(makeKey, services, { body: taken, once: "1" })).status).toBe(409);
    expect((await send(makeKey, services, { body: "{}", once: "1" })).status).toBe(400);
    expect((await send(makeKey, services, { body: ann, once: "1" })).status).toBe(201);
  });

  test.each(["", "x".repeat(256)])("is refused where the key is no good: '%s'", async (once) => {
    const { status, answer } = await send(makeKey, isolate(), { body: ann, once });
    expect([status, answer.code, effects]).toEqual([400, "invalid_request", 0]);
    expect(answer.errors).toMatchObject([{ pointer: "/headers/idempotency-key" }]);
    expect((await send(makeKey, isolate(), { body: ann, once: "x".repeat(255) })).status).toBe(201);
  });

  test("leaves nothing in Redis that can be read, and belongs to one caller", async () => {
    await send(makeKey, isolate(), { body: ann, once: "order-of-ann" });
    const names = z.array(z.string()).parse(world.redis.command("KEYS", "hg:idem:*"));
    const stored = JSON.stringify([names, names.map((name) => world.redis.command("HGETALL", name))]);
    expect(names).toHaveLength(1);
    expect(stored).toContain('"body"');
    for (const secret of [SECRET, btoa(SECRET).slice(4, 24), "order-of-ann", "ann", key.text])
      expect(stored).not.toContain(secret);
    const { text: by } = await world.addKey({ scopes: ["keys:write"] });
    const other = await send(makeKey, isolate(), { body: ann, once: "order-of-ann", by });
    expect([other.status, other.headers.get("idempotent-replayed"), effects]).toEqual([201, null, 2]);
  });

  test("has its effect each time where the route only asks, and while Redis is away", async () => {
    const services = isolate();
    for (const route of [search, search, read, read]) await send(route, services, { once: "1" });
    expect(effects).toBe(4);
    world.redis.failure = { kind: "unavailable", detail: "test" };
    for (let i = 0; i < 2; i += 1) await send(rotate, services, { once: "1" });
    expect(effects).toBe(6);
  });
});

describe("an answer", () => {
  const FAMILIES = [
    "ratelimit",
    "ratelimit-policy",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
  ];
  const missing = (headers: Headers) => FAMILIES.filter((name) => !headers.has(name));

  test("says its limits in both families, granted, refused by the route, or limited", async () => {
    await world.setLimits({ ratePerSecond: 2 });
    const services = isolate();
    const answers = [];
    for (const body of [ann, "{}", ann, ann, ann]) answers.push(await send(makeKey, services, { body }));
    expect(answers.map(({ status }) => status)).toEqual([201, 400, 201, 201, 429]);
    for (const { headers } of answers) expect(missing(headers)).toEqual([]);
    const [limited] = answers.slice(-1);
    expect(limited?.headers.get("x-ratelimit-limit")).toBe("2");
    expect(limited?.headers.get("x-ratelimit-remaining")).toBe("0");
    expect(limited?.headers.get("retry-after")).toBe("1");
  });

  test("to an unknown caller says nothing of limits", async () => {
    const { status, headers } = await send(makeKey, isolate(), { body: ann, by: "hg_local_live_x" });
    expect([status, missing(headers)]).toEqual([401, FAMILIES]);
  });
});
