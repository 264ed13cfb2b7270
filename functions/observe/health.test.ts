import { beforeEach, expect, it } from "vitest";
import { done, failed } from "../contracts/outcome.ts";
import { createHealthCheck, type HealthPart, healthBody } from "./health.ts";

/** A clock that stands; its sleeps end when the test says so, or when they are aborted. */
const time = { nowMs: 0, ring: () => {} };
const clock = {
  now: () => time.nowMs,
  sleep: (_: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) => {
      time.ring = resolve;
      signal?.addEventListener("abort", () => resolve());
    }),
};
beforeEach(() => {
  time.nowMs = 0;
});

const up = (name: string): HealthPart => ({
  name,
  essential: true,
  probe: () => Promise.resolve(done("up" as const)),
});
const down = (name: string): HealthPart => ({
  ...up(name),
  probe: () => Promise.resolve(failed({ kind: "unavailable" })),
});
const check = () => createHealthCheck({ clock, timeoutMs: 1000, cacheMs: 1000 });

it("is up when every part is, and ready", async () => {
  const report = await check()([up("redis"), up("postgres")]);
  expect(report).toMatchObject({ status: "up", live: true, ready: true });
});

it("stays ready without a part that serving does not need, and says degraded", async () => {
  const report = await check()([up("redis"), { ...down("object_store"), essential: false }]);
  expect(report).toMatchObject({ status: "degraded", ready: true });
  expect(report.parts[1]).toMatchObject({ status: "down", failureKind: "unavailable" });
});

it("is not ready without an essential part, and live all the same", async () => {
  expect(await check()([up("redis"), down("outbox")])).toMatchObject({
    status: "down",
    live: true,
    ready: false,
  });
});

it("needs one runner of the list, not all; none is too few", async () => {
  const runner = (part: HealthPart): HealthPart => ({ ...part, group: "runner" });
  expect(await check()([runner(down("a")), runner(up("b"))])).toMatchObject({
    ready: true,
    status: "degraded",
  });
  expect(await check()([runner(up("b")), runner(down("a"))])).toMatchObject({ ready: true });
  expect(await check()([runner(down("a")), runner(down("b"))])).toMatchObject({ ready: false });
});

it("gives up on a part that does not answer in time, and aborts its probe", async () => {
  let aborted = false;
  const hangs: HealthPart = {
    ...up("postgres"),
    probe: (signal) =>
      new Promise(() => {
        signal.addEventListener("abort", () => {
          aborted = true;
        });
      }),
  };
  const pending = check()([hangs]);
  time.nowMs = 1000;
  time.ring();
  const [part] = (await pending).parts;
  expect(part).toMatchObject({ status: "down", failureKind: "timeout", latencyMs: 1000 });
  expect(aborted).toBe(true);
});

it("counts a probe that throws as down, without throwing itself", async () => {
  const throws: HealthPart = { ...up("redis"), probe: () => Promise.reject(new Error("bug")) };
  expect((await check()([throws])).parts[0]).toMatchObject({ status: "down", failureKind: "bug" });
});

it("asks once per cache time, and remembers since when a part has its status", async () => {
  const ask = check();
  await ask([up("redis")]);
  time.nowMs = 1000;
  expect((await ask([down("redis")])).ready).toBe(true);
  time.nowMs = 1001;
  expect((await ask([down("redis")])).parts[0]?.sinceMs).toBe(1001);
  time.nowMs = 5000;
  expect((await ask([down("redis")])).parts[0]?.sinceMs).toBe(1001);
});

it("lets no caller wait for the probes of another", async () => {
  const ask = check();
  const hangs: HealthPart = { ...up("redis"), probe: () => new Promise(() => {}) };
  const stuck = ask([hangs]);
  expect((await ask([up("redis")])).ready).toBe(true);
  time.ring();
  await Promise.race([stuck, Promise.resolve()]);
});

it("writes the report in snake_case with RFC 3339 times", async () => {
  const body = healthBody(await check()([up("redis")]));
  expect(body).toMatchObject({
    checked_at: "1970-01-01T00:00:00.000Z",
    parts: [{ name: "redis", failure: null }],
  });
});
