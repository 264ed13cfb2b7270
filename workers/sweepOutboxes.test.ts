import { expect, test } from "vitest";
import { sweepOutboxes } from "./sweepOutboxes.ts";

test("every outbox is woken, and every session that one lists; none that fails holds up another", async () => {
  const woken: string[] = [];
  const sessions: Readonly<Record<string, readonly string[]>> = {
    "a:0": ["a:k:1", "a:k:2", "a:k:3"],
    "b:0": [],
  };
  const wake = (name: string) => {
    woken.push(name);
    return name === "a:k:1" || name === "a:1" ? Promise.reject(new Error("away")) : Promise.resolve();
  };
  const idle = { entries: 0, oldestAtMs: null };
  await sweepOutboxes(["a:0", "a:1", "b:0"], {
    outboxes: {
      getByName: (name) => ({
        sweep: () => wake(name).then(() => ({ ...idle, sessions: sessions[name] ?? [] })),
      }),
    },
    sockets: { getByName: (name) => ({ sweep: () => wake(name).then(() => idle) }) },
  });
  expect(woken.toSorted()).toEqual(["a:0", "a:1", "a:k:1", "a:k:2", "a:k:3", "b:0"]);
});
