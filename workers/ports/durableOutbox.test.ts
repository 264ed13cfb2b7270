import { expect, it } from "vitest";
import type { AppendResult, Clock } from "../../functions/contracts/ports.ts";
import type { OutboxEntry } from "../../functions/contracts/records.ts";
import { seal } from "../../functions/guard/seal/seal.ts";
import { durableOutbox } from "./durableOutbox.ts";

const TIMEOUT_MS = 250;

/** A clock whose only sleeper wakes when the test says so. */
function testClock() {
  const sleeps: { durationMs: number; wake: () => void }[] = [];
  const clock: Clock = {
    now: () => 0,
    sleep: (durationMs) => new Promise((wake) => sleeps.push({ durationMs, wake })),
  };
  return { clock, sleeps };
}

async function entryOf(): Promise<OutboxEntry> {
  const id = "01990000-0000-7000-8000-000000000003";
  const entry = await seal(
    {
      id,
      createdAtMs: 0,
      organizationId: "01990000-0000-7000-8000-000000000001",
      contentHash: "c0",
      metadata: {
        keyId: "aaaaaaaa",
        source: "act",
        status: "served",
        model: "visual-servo",
        modelVersion: "1",
        origin: "runner",
        robotType: "franka",
        actionSpace: "ee_delta",
        frame: "camera",
        units: "metric",
        gripperConvention: "zero_closed_one_open",
        normKey: "metric",
        controlHz: 15,
        chunkSize: 1,
        episodeId: null,
        step: null,
        environment: null,
        capturedAtMs: null,
        warnings: [],
        admitMs: 1,
        runnerQueueMs: null,
        runnerComputeMs: null,
        inferMs: 4,
        traceId: "0".repeat(32),
        configurationHash: "hash",
      },
      actions: [],
      state: null,
      safetyScore: 1,
      safetyChecks: [],
      instruction: null,
      images: [],
    },
    { tier: "basic", eventId: id, subjectRef: null, keySeed: null },
    { PENDING_SECRET: "A".repeat(43), RECORD_IMAGES_MAX_BYTES: 1_500_000 },
  );
  if (entry === null) throw new Error("Nothing was sealed.");
  return entry;
}

function outboxAnswering(append: () => Promise<AppendResult>) {
  const { clock, sleeps } = testClock();
  const logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: () => undefined,
  };
  const namespace = { getByName: () => ({ append }) };
  return { outbox: durableOutbox({ namespace, shards: 1, timeoutMs: TIMEOUT_MS, clock, logger }), sleeps };
}

it("passes on what the outbox says in time", async () => {
  const { outbox } = outboxAnswering(async () => ({ kind: "recorded" }));
  expect(await outbox.append(await entryOf())).toEqual({ kind: "recorded" });
});

it("calls an outbox that stalls unavailable at the deadline, and one that fails at once", async () => {
  const stalled = outboxAnswering(() => new Promise(() => undefined));
  const waiting = stalled.outbox.append(await entryOf());
  await expect.poll(() => stalled.sleeps.map(({ durationMs }) => durationMs)).toEqual([TIMEOUT_MS]);
  stalled.sleeps[0]?.wake();
  expect(await waiting).toEqual({ kind: "unavailable", reason: "timeout" });

  const broken = outboxAnswering(() => Promise.reject(new Error("broken")));
  expect(await broken.outbox.append(await entryOf())).toEqual({ kind: "unavailable", reason: "error" });
});
