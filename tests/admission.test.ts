import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Cell, type Edge, foundNeighbor, openCell } from "./support/cell.ts";
import { type Answer, act, ask, makeKey, observation, recordOf } from "./support/client.ts";

// The third promise: limits, revocation and withdrawal hold over isolates that share nothing but Redis and
// Postgres: the stack's own edge and two more.

const HOLDS_WITHIN_MS = 1000;
/** How long after a change callers go on: long enough to catch a lease that outlives its second. */
const WATCHED_MS = 2200;

let cell: Cell;
let edges: readonly Pick<Edge, "url">[] = [];
const urlOf = (caller: number): string => edges[caller % edges.length]?.url ?? cell.stack.url;

beforeAll(async () => {
  // Redis is given the time that 64 callers on a small machine may take: being slow must not look like an outage,
  // in which a quota this small closes with another code.
  cell = await openCell({ REDIS_TIMEOUT_MS: "3000" });
  edges = [cell.stack, ...(await Promise.all([cell.addEdge(), cell.addEdge()]))];
});
afterAll(() => cell?.close());

/** Runs so many callers side by side, each calling again and again on its own edge until `untilMs`. */
async function callers(
  count: number,
  untilMs: () => number,
  call: (url: string, caller: number) => Promise<Answer>,
): Promise<(Answer & { readonly startedMs: number; readonly caller: number })[]> {
  const answers: (Answer & { startedMs: number; caller: number })[] = [];
  const loop = async (caller: number) => {
    while (performance.now() < untilMs()) {
      const startedMs = performance.now();
      answers.push({ ...(await call(urlOf(caller), caller)), startedMs, caller });
    }
  };
  await Promise.all(Array.from({ length: count }, (_, caller) => loop(caller)));
  return answers;
}

test("64 callers on three isolates never pass a hard quota by one, and get all of it", async () => {
  const quota = 500;
  const { id, key } = await foundNeighbor(cell);
  await cell.asOwner(sql`update organizations set quota_per_month = ${quota} where id = ${id}`);
  const models = (url: string) => ask(`${url}/v1/models`, { key });
  // Each isolate gets to know the key first, so that all of them compete from the start.
  for (const { url } of edges) expect((await models(url)).status).toBe(200);
  const endsAtMs = performance.now() + 4000;
  const answers = await callers(64, () => endsAtMs, models);

  const served = answers.filter(({ status }) => status === 200);
  let all = edges.length + served.length;
  expect(all).toBeLessThanOrEqual(quota);
  expect(new Set(served.map(({ caller }) => caller % edges.length)).size).toBe(edges.length);
  expect(answers.length).toBeGreaterThan(quota + 64);
  for (const answer of answers.filter(({ status }) => status !== 200))
    expect([answer.status, answer.body.code]).toEqual([429, "quota_exceeded"]);

  // What a lease held and did not use comes back with its end: nothing of the quota is lost.
  await expect
    .poll(
      async () => {
        for (const { url } of edges) if ((await models(url)).status === 200) all += 1;
        return all;
      },
      { timeout: 10_000, interval: 20 },
    )
    .toBe(quota);
  const after = await Promise.all(edges.map(({ url }) => models(url)));
  expect(after.map(({ status }) => status)).toEqual(edges.map(() => 429));
  expect(Number(after[0]?.headers.get("retry-after"))).toBeGreaterThan(0);
});

/**
 * Runs a change while callers are under way, and answers by how many milliseconds the start of the last call
 * that still had the old outcome was behind the answer to the change.
 */
async function holdsAfter(
  change: () => Promise<Answer>,
  call: (url: string) => Promise<Answer>,
  isOld: (answer: Answer) => boolean,
): Promise<number> {
  let endsAtMs = Number.POSITIVE_INFINITY;
  const running = callers(6, () => endsAtMs, call);
  // Every isolate has leases of its own before anything changes.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const changed = await change();
  const changedAtMs = performance.now();
  endsAtMs = changedAtMs + WATCHED_MS;
  expect(changed.status).toBe(200);
  const answers = await running;
  const old = answers.filter(isOld);
  const lastStart = Math.max(...old.map(({ startedMs }) => startedMs));
  expect(new Set(old.map(({ caller }) => caller % edges.length)).size).toBe(edges.length);
  const late = answers.filter(({ startedMs }) => startedMs > changedAtMs + HOLDS_WITHIN_MS);
  expect(new Set(late.map(({ caller }) => caller % edges.length)).size).toBe(edges.length);
  return lastStart - changedAtMs;
}

test("no call that starts a second after a key was revoked is served, on any isolate", async () => {
  const { id, key } = await makeKey(cell.stack, {});
  const heldMs = await holdsAfter(
    () => ask(`${cell.stack.url}/v1/keys/${id}`, { key: cell.stack.adminKey, method: "DELETE" }),
    (url) => ask(`${url}/v1/models`, { key }),
    ({ status }) => status === 200,
  );
  expect(heldMs).toBeLessThanOrEqual(HOLDS_WITHIN_MS);
  for (const { url } of edges) {
    const refused = await ask(`${url}/v1/models`, { key });
    expect([refused.status, refused.body.code]).toEqual([401, "revoked_key"]);
  }
});

test("no call that starts a second after a quota was cut below what is used is served, on any isolate", async () => {
  const { key, adminKey } = await foundNeighbor(cell);
  const limits = { rate_per_second: null, quota_per_month: 1, concurrency: null };
  const put = (body: unknown) => ask(`${cell.stack.url}/v1/limits`, { key: adminKey, method: "PUT", body });
  const heldMs = await holdsAfter(
    () => put(limits),
    (url) => ask(`${url}/v1/models`, { key }),
    ({ status }) => status === 200,
  );
  expect(heldMs).toBeLessThanOrEqual(HOLDS_WITHIN_MS);
  // Whoever cut it can put it right again, however much is used.
  const raised = await put({ ...limits, quota_per_month: null });
  expect(raised.body).toMatchObject({ quota_per_month: null, effective: { quota_per_month: 100_000_000 } });
});

test("no call that starts a second after consent was withdrawn is recorded, on any isolate", async () => {
  const subject = "subject:withdraws";
  const consent = (tier: string) =>
    ask(`${cell.stack.url}/v1/consent/${subject}`, {
      key: cell.stack.adminKey,
      method: "PUT",
      body: { tier },
    });
  expect((await consent("analytics")).status).toBe(200);
  const heldMs = await holdsAfter(
    () => consent("none"),
    (url) => act(url, cell.stack.key, { subject }),
    (answer) => recordOf(answer).recorded === true,
  );
  expect(heldMs).toBeLessThanOrEqual(HOLDS_WITHIN_MS);
  const answers = await Promise.all(edges.map(({ url }) => act(url, cell.stack.key, { subject })));
  expect(answers.map(recordOf)).toEqual(edges.map(() => ({ recorded: false, reason: "consent" })));
});

test("an Idempotency-Key gives its answer on every isolate, and takes no other body", async () => {
  const headers = { "idempotency-key": "once" };
  const seen = observation();
  const send = (url: string, instruction: string) =>
    ask(`${url}/v1/act`, { key: cell.stack.key, method: "POST", headers, body: { ...seen, instruction } });
  const first = await send(urlOf(0), "move to the red block");
  expect(first.status).toBe(200);
  // The answer is stored behind itself.
  await expect
    .poll(async () => (await send(urlOf(1), "move to the red block")).headers.get("idempotent-replayed"))
    .toBe("true");
  const again = await send(urlOf(2), "move to the red block");
  expect(again.body).toEqual(first.body);
  const other = await send(urlOf(1), "move to the blue block");
  expect([other.status, other.body.code]).toEqual([422, "idempotency_mismatch"]);
});
