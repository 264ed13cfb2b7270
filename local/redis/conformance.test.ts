import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { freePort } from "../supervise/ports.ts";
import { connectRealRedis } from "./realRedis.ts";
import { CommandError, type Reply, Status } from "./replies.ts";
import type { RedisBackend } from "./restServer.ts";
import { Store } from "./store.ts";

// What a real Redis 7.0 answered to each command. Errors are compared by their code.
const casesSchema = z.array(
  z.object({ name: z.string(), steps: z.array(z.tuple([z.array(z.string()), z.unknown()])) }),
);
const CASES = casesSchema.parse(
  JSON.parse(readFileSync(new URL("conformance.cases.json", import.meta.url), "utf8")),
);

/** A reply as plain JSON: statuses are text, errors their code, the first word. */
function simplify(reply: Reply): unknown {
  if (reply === null || typeof reply === "number" || typeof reply === "string") return reply;
  if (reply instanceof CommandError) return { error: reply.message.split(" ")[0] };
  if (reply instanceof Status) return reply.text;
  return Buffer.isBuffer(reply) ? reply.toString() : reply.map(simplify);
}

const ownStore = () => new Store({ now: Date.now, log: { append: () => undefined } });
const HAS_REDIS = spawnSync("redis-server", ["--version"]).status === 0;

async function play(backend: RedisBackend, steps: (typeof CASES)[number]["steps"]): Promise<unknown[]> {
  const played = [];
  for (const [command] of steps) played.push([command, simplify(await backend.run(command))]);
  return played;
}

describe("our store answers what Redis answers", () => {
  test.each(CASES)("$name", async ({ steps }) => {
    expect(await play(ownStore(), steps)).toEqual(steps);
  });
});

describe.runIf(HAS_REDIS)("a real redis-server answers the same", () => {
  test("all cases", async () => {
    const port = await freePort();
    const server = spawn("redis-server", ["--port", String(port), "--save", ""], { stdio: "ignore" });
    const redis = await connectRealRedis(`redis://127.0.0.1:${port}`);
    try {
      for (const { steps } of CASES) {
        await redis.run(["flushall"]);
        expect(await play(redis, steps)).toEqual(steps);
      }
    } finally {
      redis.close();
      server.kill();
      await once(server, "exit");
    }
  });
});
