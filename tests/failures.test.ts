import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../local/supervise/ports.ts";
import { type Cell, type Edge, foundNeighbor, openCell, storedRows } from "./support/cell.ts";
import { type Answer, act, ask, idOf, makeKey, recordOf } from "./support/client.ts";
import { expectEachStoredOnce } from "./support/expectStored.ts";
import { killAndRevive, whileDead, whileOutboxesLocked, whileStalled } from "./support/faults.ts";
import { type FrailBucket, type FrailOrigin, openBucket, openOrigin } from "./support/frailServers.ts";
import { actAndNote, type Caller, isRecorded, type Told, underLoad } from "./support/load.ts";
import { noiseMark, noisePng } from "./support/noisePng.ts";

// The fourth promise: what docs/failures.md says happens when a part dies or stalls, with robots calling all
// the while, and every record counted afterwards.

const REDIS_TIMEOUT_MS = 75;
const VERDICT_GRACE_MS = 6000;
const OUTAGE_QUOTA_ALLOWANCE = 150;
/** What a busy machine may add to a deadline. */
const SLACK_MS = 600;

let cell: Cell;
let bucket: FrailBucket;
let origin: FrailOrigin;
/** An edge that asks a frail runner first, and whose only outbox holds one entry and drains slowly. */
let frail: Edge;
let robots: Caller[] = [];
let all: Told[] = [];

beforeAll(async () => {
  bucket = await openBucket();
  origin = await openOrigin();
  cell = await openCell({
    REDIS_TIMEOUT_MS: String(REDIS_TIMEOUT_MS),
    VERDICT_GRACE_MS: String(VERDICT_GRACE_MS),
    OUTAGE_QUOTA_ALLOWANCE: String(OUTAGE_QUOTA_ALLOWANCE),
    OUTAGE_RETRY_MS: "300",
    DATABASE_TIMEOUT_MS: "1000",
    OUTBOX_RETRY_MAX_MS: "500",
    R2_TIMEOUT_MS: "500",
    FRAME_PACK_MAX_AGE_MS: "200",
    HEALTH_CACHE_MS: "100",
    S3_BUCKET_URL: bucket.url,
  });
  frail = await cell.addEdge({
    RUNNER_URLS: `${origin.url},http://127.0.0.1:${await freePort()},${cell.stack.runnerUrl}`,
    REDIS_TIMEOUT_MS: "1000",
    OUTBOX_SHARDS: "1",
    OUTBOX_MAX_ENTRIES: "1",
    OUTBOX_DRAIN_DELAY_MS: "1500",
    OUTBOX_DEAD_AFTER_MS: "1",
  });
  const demo = { url: cell.stack.url, key: cell.stack.key, organization: "demo" };
  const neighbor = { url: cell.stack.url, key: (await foundNeighbor(cell)).key, organization: "neighbor" };
  robots = [demo, demo, neighbor, neighbor];
  for (const robot of [demo, neighbor]) expect(isRecorded(await actAndNote(robot))).toBe(true);
});
afterAll(async () => {
  await cell?.close();
  bucket?.close();
  origin?.close();
});

/** Robots calling while something happens; afterwards every record that was promised is counted. */
async function whileCalling(work: () => Promise<unknown>): Promise<Told[]> {
  for (const { key } of robots) await untilAdmitted(key);
  const told = await underLoad({ callers: robots, pauseMs: 60 }, work);
  expect(told.length).toBeGreaterThan(robots.length);
  all = [...all, ...told];
  await expectEachStoredOnce(
    cell,
    told,
    [robots[0], robots[2]].filter((robot) => robot !== undefined),
  );
  return told;
}

/** Resolves when Redis has been asked about a key, so that its verdict is fresh whatever came before. */
const untilAdmitted = (key: string) =>
  expect
    .poll(async () => (await ask(`${cell.stack.url}/v1/models`, { key })).status, { timeout: 5000 })
    .toBe(200);
const untilAdmitting = () => untilAdmitted(cell.stack.adminKey);

const outcomes = (answers: readonly Answer[]): string[] =>
  [
    ...new Set(answers.map(({ status, body }) => `${status} ${body.code ?? body.reason ?? "recorded"}`)),
  ].sort();

const during = (durationMs: number) => new Promise<void>((resolve) => setTimeout(resolve, durationMs));

describe("redis", () => {
  test("stalls: calls go on and are kept, and hardly any waits for it", async () => {
    const told = await whileCalling(() => whileStalled(cell.stack.parts.redis, () => during(2000)));
    expect(outcomes(told)).toEqual(["200 recorded"]);
    const admitMs = told.map(({ headers }) =>
      Number(/admit;dur=([\d.]+)/.exec(headers.get("server-timing") ?? "")?.[1]),
    );
    expect(Math.max(...admitMs)).toBeLessThan(REDIS_TIMEOUT_MS + SLACK_MS);
    const waiting = admitMs.filter((ms) => ms > REDIS_TIMEOUT_MS / 2).length;
    expect(waiting).toBeLessThan(told.length / 4);
  });

  test("is killed and stays dead: calls go on and are kept", async () => {
    const told = await whileCalling(() => whileDead(cell.stack.parts.redis, () => during(1500)));
    expect(outcomes(told)).toEqual(["200 recorded"]);
  });

  test("away, rate and quota hold by what this isolate alone may allow, and no stranger gets in", async () => {
    const { url } = cell.stack;
    await untilAdmitting();
    const slow = await makeKey(cell.stack, { rate_per_second: 4 });
    const stranger = await makeKey(cell.stack, {});
    const subject = "subject:unheard-of";
    const small = await foundNeighbor(cell);
    await cell.asOwner(sql`update organizations set quota_per_month = 1000 where id = ${small.id}`);
    for (const { key } of [slow, small, cell.stack]) await untilAdmitted(key);

    await whileStalled(cell.stack.parts.redis, async () => {
      const person = await act(url, cell.stack.key, { subject });
      expect([person.status, recordOf(person)]).toEqual([200, { recorded: false, reason: "consent" }]);

      const fast = await repeat(30, () => ask(`${url}/v1/models`, { key: slow.key }));
      expect(outcomes(fast)).toEqual(["200 recorded", "429 rate_limit"]);
      // A bucket of one second, and what flows in meanwhile.
      expect(served(fast)).toBeLessThanOrEqual(4 * 3);

      const many = await repeat(OUTAGE_QUOTA_ALLOWANCE + 30, () =>
        ask(`${url}/v1/models`, { key: small.key }),
      );
      expect(outcomes(many)).toEqual(["200 recorded", "503 quota_unavailable"]);
      // One lease's slice (1 % of the quota), and the allowance.
      expect(served(many)).toBeLessThanOrEqual(OUTAGE_QUOTA_ALLOWANCE + 10);

      const unknown = await ask(`${url}/v1/models`, { key: stranger.key });
      expect([unknown.status, unknown.body.code]).toEqual([503, "identity_unavailable"]);
      expect(Number(unknown.headers.get("retry-after"))).toBeGreaterThan(0);
    });
    // What passed undebited is debited when Redis is back, and the key goes on with what is left.
    await expect
      .poll(async () => (await ask(`${url}/v1/models`, { key: small.key })).status, { timeout: 5000 })
      .toBe(200);
  });

  test("away for longer than verdicts stand, identity closes, and opens again with it", async () => {
    const call = () => ask(`${cell.stack.url}/v1/models`, { key: cell.stack.adminKey });
    await untilAdmitting();
    const startedMs = performance.now();
    await whileStalled(cell.stack.parts.redis, async () => {
      await expect
        .poll(async () => (await call()).body.code, { timeout: VERDICT_GRACE_MS + 3000, interval: 100 })
        .toBe("identity_unavailable");
      // The verdict was at most a lease old when Redis went away.
      expect(performance.now() - startedMs).toBeGreaterThan(VERDICT_GRACE_MS - 1000);
      const health = await ask(`${cell.stack.url}/health/ready`);
      expect([health.status, health.body.ready]).toEqual([503, false]);
    });
    await expect.poll(async () => (await call()).status, { timeout: 5000 }).toBe(200);
  });
});

const served = (answers: readonly Answer[]): number => answers.filter(({ status }) => status === 200).length;

async function repeat(times: number, call: () => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  while (answers.length < times) answers.push(await call());
  return answers;
}

describe("postgres", () => {
  const read = () => ask(`${cell.stack.url}/v1/inferences`, { key: cell.stack.key });

  test("stalls: serving goes on, reads answer 503 in time, and the records arrive afterwards", async () => {
    let reading: Answer | undefined;
    const told = await whileCalling(() =>
      whileStalled(cell.stack.parts.postgres, async () => {
        reading = await read();
        await during(1000);
      }),
    );
    expect(outcomes(told)).toEqual(["200 recorded"]);
    expect([reading?.status, reading?.body.code]).toEqual([503, "storage_unavailable"]);
    expect(Number(reading?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(reading?.durationMs).toBeLessThan(1000 + SLACK_MS);
  });

  test("is killed and stays dead: the same", async () => {
    let health: Answer | undefined;
    const told = await whileCalling(() =>
      whileDead(cell.stack.parts.postgres, async () => {
        await during(1500);
        expect((await read()).status).toBe(503);
        health = await ask(`${cell.stack.url}/health`);
      }),
    );
    expect(outcomes(told)).toEqual(["200 recorded"]);
    // Serving needs it not, and health tells the difference.
    expect([health?.status, health?.body.ready, health?.body.status]).toEqual([200, true, "degraded"]);
    expect((await read()).status).toBe(200);
  });
});

describe("the runner", () => {
  afterEach(() => {
    origin.mode = "busy";
  });

  const neverAnAction = (answers: readonly Answer[]) => {
    for (const { status, body } of answers)
      if (status !== 200)
        expect([body.action, body.actions, body.recorded]).toEqual([undefined, undefined, undefined]);
  };

  test("is killed and stays dead: 503 no_capacity, never an action; then it serves again", async () => {
    let dead: Answer[] = [];
    const told = await whileCalling(() =>
      whileDead(cell.stack.parts.runner, async () => {
        await during(300);
        dead = await repeat(10, () => act(cell.stack.url, cell.stack.key));
      }),
    );
    expect(outcomes(dead)).toEqual(["503 no_capacity"]);
    expect(dead.every(({ headers }) => Number(headers.get("retry-after")) > 0)).toBe(true);
    neverAnAction([...told, ...dead]);
    expect(isRecorded(await actAndNote(robots[0] ?? never()))).toBe(true);
  });

  test("stalls: 504 at the request's own deadline, never an action; then it serves again", async () => {
    let late: Answer[] = [];
    const told = await whileCalling(() =>
      whileStalled(cell.stack.parts.runner, async () => {
        late = await repeat(3, () => act(cell.stack.url, cell.stack.key, { deadline_ms: 300 }));
        expect((await ask(`${cell.stack.url}/health/ready`)).status).toBe(503);
      }),
    );
    expect(outcomes(late)).toEqual(["504 deadline_exceeded"]);
    for (const { durationMs } of late) {
      expect(durationMs).toBeGreaterThanOrEqual(290);
      expect(durationMs).toBeLessThan(300 + SLACK_MS);
    }
    neverAnAction([...told, ...late]);
    await expect
      .poll(async () => (await act(cell.stack.url, cell.stack.key)).status, { timeout: 5000 })
      .toBe(200);
  });

  test.each(["busy", "broken"] as const)(
    "is %s: the next origin of the list answers, past a dead one",
    async (mode) => {
      origin.mode = mode;
      await during(1100);
      const before = origin.calls;
      const answer = await act(frail.url, cell.stack.key, { dry_run: true });
      expect([answer.status, origin.calls]).toEqual([200, before + 1]);
      expect(answer.body.action).toHaveLength(7);
    },
  );

  test("hangs although others are there: one call pays its deadline, the next ones go past it", async () => {
    origin.mode = "stalled";
    await during(1100);
    const before = origin.calls;
    const first = await act(frail.url, cell.stack.key, { dry_run: true, deadline_ms: 300 });
    const then = await repeat(5, () => act(frail.url, cell.stack.key, { dry_run: true }));
    expect({
      statuses: [first, ...then].map(({ status }) => status),
      calls: origin.calls - before,
    }).toEqual({ statuses: [504, 200, 200, 200, 200, 200], calls: 1 });
    expect(first.durationMs).toBeLessThan(300 + SLACK_MS);
  });
});

const never = (): never => {
  throw new Error("There are robots.");
};

describe("the outbox", () => {
  test("cannot write: calls are answered and say that they are not kept, unless they must be", async () => {
    const folder = join(cell.stack.dataDir, "edge", "do");
    let required: Answer | undefined;
    const told = await whileCalling(async () => {
      await during(400);
      await whileOutboxesLocked(folder, async () => {
        await during(500);
        required = await act(cell.stack.url, cell.stack.key, { record: "required" });
        await during(300);
      });
      await during(400);
    });
    expect(outcomes(told)).toEqual(["200 recorded", "200 unavailable"]);
    expect([required?.status, required?.body.code, required?.body.action]).toEqual([
      503,
      "record_unavailable",
      undefined,
    ]);
    expect(Number(required?.headers.get("retry-after"))).toBeGreaterThan(0);
    // It was told of no record, and there is none.
    const refused = told.filter((answer) => recordOf(answer).reason === "unavailable").map(idOf);
    expect(refused.length).toBeGreaterThan(5);
    const ids = new Set((await storedRows(cell.asOwner)).map(({ id }) => id));
    expect(refused.filter((id) => ids.has(id))).toEqual([]);
    expect(isRecorded(await act(cell.stack.url, cell.stack.key, { record: "required" }))).toBe(true);
  });

  test("is full: the same, and what it holds is kept", async () => {
    const caller = { url: frail.url, key: cell.stack.key, organization: "demo" };
    const first = await actAndNote(caller);
    const second = await actAndNote(caller);
    const third = await act(frail.url, cell.stack.key, { record: "required" });
    expect([first, second].map(recordOf)).toEqual([
      { recorded: true, reason: undefined },
      { recorded: false, reason: "unavailable" },
    ]);
    expect([third.status, third.body.code]).toEqual([503, "record_unavailable"]);
    await expectEachStoredOnce(cell, [first, second], [caller]);
  });
});

describe("the object store", () => {
  const imageOf = async (answer: Answer) =>
    (await ask(`${cell.stack.url}/v1/inferences/${idOf(answer)}?include=image`, { key: cell.stack.key }))
      .body;

  test.each(["down", "stalled"] as const)(
    "is %s: rows are there, pictures wait and arrive afterwards",
    async (mode) => {
      const picture = noisePng(mode === "down" ? 80_001 : 80_002).toString("base64");
      bucket.mode = mode;
      let watched: Answer | undefined;
      const told = await whileCalling(async () => {
        watched = await act(cell.stack.url, cell.stack.key, { image: picture });
        await during(1500);
      });
      expect(outcomes(told)).toEqual(["200 recorded"]);
      if (watched === undefined) throw new Error("Nothing was asked.");
      expect(await imageOf(watched)).toMatchObject({ image: "pending", image_data: null });
      bucket.mode = "up";
      const seen = watched;
      await expect.poll(async () => (await imageOf(seen)).image, { timeout: 10_000 }).toBe("stored");
      expect((await imageOf(seen)).image_data).toBe(`data:image/png;base64,${picture}`);
    },
  );

  test("takes what Postgres did not in time, still encrypted, and `headgate admin replay` brings it back, once", async () => {
    const letters = () => [...bucket.objects.keys()].filter((key) => key.startsWith("dead/"));
    expect(letters()).toEqual([]);
    const caller = { url: frail.url, key: cell.stack.key, organization: "demo" };
    const picture = noisePng(80_003);
    let told: Told | undefined;
    await whileStalled(cell.stack.parts.postgres, async () => {
      await expect
        .poll(
          async () => {
            told = await actAndNote(caller, { image: picture.toString("base64") });
            return isRecorded(told);
          },
          { timeout: 5000 },
        )
        .toBe(true);
      await expect.poll(letters, { timeout: 10_000 }).toHaveLength(1);
    });
    if (told === undefined) throw new Error("Nothing was asked.");
    const letter = bucket.objects.get(letters()[0] ?? "")?.toString() ?? "";
    expect(letter).toContain(idOf(told).slice(4));
    expect(Buffer.from(letter.match(/"ciphertext":"([^"]+)"/)?.[1] ?? "", "base64").length).toBeGreaterThan(
      3000,
    );
    expect(letter).not.toContain(picture.toString("base64").slice(400, 440));
    expect(Buffer.from(letter, "base64").includes(noiseMark(80_003))).toBe(false);

    expect(await replay()).toContain("1 record handed back");
    expect(letters()).toEqual([]);
    await expectEachStoredOnce(cell, [told], [caller]);
    const back = told;
    await expect.poll(async () => (await imageOf(back)).image, { timeout: 10_000 }).toBe("stored");
    expect(await replay()).toContain("no dead letters");
  });
});

/** `headgate admin replay` against the cell, with its admin key. */
async function replay(): Promise<string> {
  const env = { ...process.env, HEADGATE_URL: cell.stack.url, HEADGATE_KEY: cell.stack.adminKey };
  return (await promisify(execFile)(process.execPath, ["cli/headgate.ts", "admin", "replay"], { env }))
    .stdout;
}

test("each part killed once more, one after another: every record that was promised in this file is there, once", async () => {
  const { postgres, redis, runner } = cell.stack.parts;
  const told = await underLoad({ callers: robots, pauseMs: 40 }, async () => {
    for (const part of [redis, runner, postgres]) await killAndRevive(part);
  });
  const readers = [robots[0], robots[2]].filter((robot) => robot !== undefined);
  const { recorded } = await expectEachStoredOnce(cell, [...all, ...told], readers);
  expect(recorded).toBeGreaterThan(200);
});
