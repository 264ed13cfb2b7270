import { expect, test } from "vitest";
import type { Clock, WaitingQuestion } from "../../functions/contracts/ports.ts";
import { durableWaitingRecords } from "./durableWaitingRecords.ts";

const ORGANIZATION = "01990000-0000-7000-8000-000000000001";
const clock: Clock = { now: () => 0, sleep: () => new Promise(() => undefined) };

/** Objects that note who was asked, and know nothing. */
function world(sessions: () => Promise<string[]>) {
  const asked: string[] = [];
  const objects = (kind: string) => ({
    getByName: (name: string) => ({
      sessions,
      find: async (_: WaitingQuestion) => {
        asked.push(`${kind} ${name.replace(ORGANIZATION, "org")}`);
        return [];
      },
    }),
  });
  const options = { outboxes: objects("outbox"), sockets: objects("socket"), shards: 3, timeoutMs: 1, clock };
  return { asked, options };
}

const listed = async () => [`${ORGANIZATION}:key:a`, `${ORGANIZATION}:key:b`];

test("a record may wait in any shard and in any session that is listed: all are asked", async () => {
  const { asked, options } = world(listed);
  const found = await durableWaitingRecords(options).find(ORGANIZATION, { inferenceId: "i" });
  expect(found).toEqual({ ok: true, value: [] });
  expect(asked.toSorted()).toEqual([
    "outbox org:0",
    "outbox org:1",
    "outbox org:2",
    "socket org:key:a",
    "socket org:key:b",
  ]);
});

test("of an episode one shard is asked, and every session", async () => {
  const { asked, options } = world(listed);
  await durableWaitingRecords(options).find(ORGANIZATION, { episodeId: "e" });
  expect(asked.filter((each) => each.startsWith("outbox"))).toHaveLength(1);
  expect(asked.filter((each) => each.startsWith("socket"))).toHaveLength(2);
});

test("a session asks no other session", async () => {
  const { asked, options } = world(() => Promise.reject(new Error("asked for the list")));
  const found = await durableWaitingRecords({ ...options, sockets: null }).find(ORGANIZATION, {
    episodeId: "e",
  });
  expect([found.ok, asked.length]).toEqual([true, 1]);
});

test("without the list the question stays open: nothing is called absent", async () => {
  const { options } = world(() => Promise.reject(new Error("away")));
  expect(await durableWaitingRecords(options).find(ORGANIZATION, { inferenceId: "i" })).toEqual({
    ok: false,
    failure: "error",
  });
});
