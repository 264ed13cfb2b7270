import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "@upstash/redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../supervise/ports.ts";

const TOKEN = "a-token-of-the-test";
const folder = mkdtempSync(join(tmpdir(), "headgate-redis-"));
let port = 0;
let child: ChildProcess;
let redis: Redis;

async function start(): Promise<void> {
  child = spawn(process.execPath, [new URL("main.ts", import.meta.url).pathname], {
    env: {
      ...process.env,
      HEADGATE_REDIS_PORT: String(port),
      HEADGATE_REDIS_TOKEN: TOKEN,
      HEADGATE_REDIS_DATA_DIR: folder,
    },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  if (child.stdout) await once(child.stdout, "data");
}

async function end(signal: NodeJS.Signals): Promise<void> {
  child.kill(signal);
  await once(child, "exit");
}

beforeAll(async () => {
  port = await freePort();
  await start();
  redis = new Redis({ url: `http://127.0.0.1:${port}`, token: TOKEN, retry: false, enableTelemetry: false });
});
afterAll(async () => {
  if (child.exitCode === null) await end("SIGTERM");
  rmSync(folder, { recursive: true });
});

describe("@upstash/redis, unchanged", () => {
  test("reads back any text, objects, hashes and missing keys", async () => {
    await redis.set("text", "grün 日本 🙂 OK");
    await redis.set("object", { a: [1, null, "x"] }, { ex: 100 });
    await redis.hset("hash", { a: 1, b: "two" });
    expect(await redis.get("text")).toBe("grün 日本 🙂 OK");
    expect(await redis.get("object")).toEqual({ a: [1, null, "x"] });
    expect(await redis.hgetall("hash")).toEqual({ a: 1, b: "two" });
    expect(await redis.mget("nope", "text")).toEqual([null, "grün 日本 🙂 OK"]);
    expect(await redis.ping()).toBe("PONG");
    expect(await redis.scan(0, { match: "ha*", count: 100 })).toEqual(["0", ["hash"]]);
  });

  test("a pipeline reports each error in its place, a transaction is all or nothing", async () => {
    const pipeline = redis.pipeline().set("p", "1").hget("p", "f").incr("p");
    const replies = await pipeline.exec({ keepErrors: true });
    expect(replies.map((reply) => reply.error?.slice(0, 9) ?? reply.result)).toEqual(["OK", "WRONGTYPE", 2]);
    expect(await redis.multi().incr("p").incr("p").exec()).toEqual([3, 4]);
  });

  test("a script runs by its SHA-1 after one EVAL, and says NOSCRIPT before", async () => {
    const script = redis.createScript<number[]>("return {tonumber(ARGV[1]) * 2, #KEYS}");
    await expect(
      redis.evalsha(await sha1("return {tonumber(ARGV[1]) * 2, #KEYS}"), ["k"], ["21"]),
    ).rejects.toThrow("NOSCRIPT");
    expect(await script.exec(["k"], ["21"])).toEqual([42, 1]);
  });

  test("a wrong token and a denied command are refused", async () => {
    const stranger = new Redis({
      url: `http://127.0.0.1:${port}`,
      token: "b-token-of-the-test",
      retry: false,
    });
    await expect(stranger.get("text")).rejects.toThrow("WRONGPASS");
    const response = await fetch(`http://127.0.0.1:${port}/subscribe/channel`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(response.status).toBe(400);
  });
});

test("what was answered survives kill -9, atomically per script", async () => {
  const step = "redis.call('INCR',KEYS[1]) redis.call('RPUSH',KEYS[2],redis.call('GET',KEYS[1])) return ''";
  let answered = 0;
  const caller = async () => {
    for (;;) {
      await redis.eval(step, ["count", "list"], []);
      answered += 1;
      if (answered === 300) child.kill("SIGKILL");
    }
  };
  await Promise.allSettled(Array.from({ length: 8 }, caller));
  if (child.signalCode === null) await once(child, "exit");
  await start();
  const count = Number(await redis.get("count"));
  expect(count).toBeGreaterThanOrEqual(answered);
  expect(await redis.lrange("list", 0, -1)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
});

async function sha1(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text));
  return Buffer.from(digest).toString("hex");
}
