import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NamedTensors } from "../protocol/datatypes.ts";
import { done, type Outcome } from "../protocol/outcome.ts";
import type { ModelContract } from "../repository/modelContract.ts";
import type { BatchRunner } from "./computeWorker.ts";
import type { BatchResult } from "./messages.ts";
import { type Job, type JobResult, Scheduler } from "./scheduler.ts";

const modelOf = (name: string, maxBatch: number): ModelContract => ({
  name,
  max_batch: maxBatch,
  inputs: [{ name: "x", datatype: "FP32", shape: [-1, 2] }],
  outputs: [{ name: "x", datatype: "FP32", shape: [-1, 2] }],
});

/** A worker that finishes a batch when the test says so, and answers with what it was given. */
class HandWorker implements BatchRunner {
  readonly batches: { key: string; rows: number[] }[] = [];
  #finish: (() => void) | null = null;

  run(key: string, batch: readonly NamedTensors[]): Promise<BatchResult> {
    this.batches.push({ key, rows: batch.map((request) => request.x?.shape[0] ?? 0) });
    return new Promise((resolve) => {
      this.#finish = () => resolve({ results: batch.map((request) => done(request)), computeMs: 10 });
    });
  }

  async finish(): Promise<void> {
    const finish = this.#finish;
    this.#finish = null;
    finish?.();
    // Lets the scheduler settle this batch and hand over the next one.
    for (let turn = 0; turn < 8; turn++) await Promise.resolve();
  }

  get busy(): boolean {
    return this.#finish !== null;
  }
}

const setUp = (queueLimit = 8) => {
  const clock = { nowMs: 0 };
  const worker = new HandWorker();
  const scheduler = new Scheduler({ workers: [worker], queueLimit, now: () => clock.nowMs });
  return { clock, scheduler, worker };
};

interface JobOptions {
  readonly model?: ModelContract;
  readonly rows?: number;
  readonly deadlineAtMs?: number;
  readonly gone?: AbortSignal;
}

const jobOf = ({ model = modelOf("a", 4), rows = 1, deadlineAtMs, gone }: JobOptions = {}): Job => ({
  key: `${model.name}/1`,
  contract: model,
  inputs: { x: { datatype: "FP32", shape: [rows, 2], bytes: new Uint8Array(rows * 8) } },
  deadlineAtMs: deadlineAtMs ?? null,
  gone: gone ?? new AbortController().signal,
});

const errorOf = (outcome: Outcome<JobResult>): string => (outcome.ok ? "served" : outcome.failure.error);

describe("Scheduler", () => {
  it("starts a request at once when a worker is free, and batches those of one model that waited meanwhile", async () => {
    const { clock, scheduler, worker } = setUp();
    const other = modelOf("b", 4);
    const outcomes = [
      jobOf(),
      jobOf({ rows: 2 }),
      jobOf({ model: other }),
      jobOf({ rows: 2 }),
      jobOf({ rows: 1 }),
    ].map((job) => scheduler.submit(job));
    clock.nowMs = 10;
    for (let run = 0; run < 4; run++) await worker.finish();
    expect(worker.batches).toEqual([
      { key: "a/1", rows: [1] },
      { key: "a/1", rows: [2, 2] },
      { key: "b/1", rows: [1] },
      { key: "a/1", rows: [1] },
    ]);
    const second = await outcomes[1];
    expect(second?.ok && second.value.queueMs).toBe(10);
  });

  it("refuses at once what comes when the queue is full, and takes it again when there is room", async () => {
    const { scheduler, worker } = setUp(2);
    const accepted = [jobOf(), jobOf(), jobOf()].map((job) => scheduler.submit(job));
    expect(errorOf(await scheduler.submit(jobOf()))).toBe("The queue is full.");
    await worker.finish();
    const later = scheduler.submit(jobOf());
    await worker.finish();
    await worker.finish();
    expect((await Promise.all([...accepted, later])).every((outcome) => outcome.ok)).toBe(true);
  });

  it("refuses at once a deadline that the work ahead makes unreachable, but always tries on a free worker", async () => {
    const { scheduler, worker } = setUp();
    void scheduler.submit(jobOf());
    await worker.finish();
    const hopeful = scheduler.submit(jobOf({ deadlineAtMs: 1 }));
    expect(errorOf(await scheduler.submit(jobOf({ deadlineAtMs: 9 })))).toBe("The deadline cannot be met.");
    expect(errorOf(await scheduler.submit(jobOf({ deadlineAtMs: 0 })))).toBe("The deadline cannot be met.");
    const reachable = scheduler.submit(jobOf({ deadlineAtMs: 50 }));
    await worker.finish();
    await worker.finish();
    expect((await hopeful).ok && (await reachable).ok).toBe(true);
  });

  it("computes nothing for callers that have gone or whose deadline passed while they waited", async () => {
    const { clock, scheduler, worker } = setUp();
    void scheduler.submit(jobOf());
    const caller = new AbortController();
    const gone = scheduler.submit(jobOf({ gone: caller.signal }));
    const late = scheduler.submit(jobOf({ deadlineAtMs: 50 }));
    caller.abort();
    clock.nowMs = 60;
    await worker.finish();
    expect([errorOf(await gone), errorOf(await late)]).toEqual([
      "The caller has gone.",
      "The deadline cannot be met.",
    ]);
    expect(worker.batches.length).toBe(1);
  });

  it("answers every request exactly once and never passes a batch limit, in any order of events", async () => {
    const event = fc.record({
      rows: fc.integer({ min: 1, max: 4 }),
      two: fc.boolean(),
      finish: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 40 }), async (events) => {
        const { scheduler, worker } = setUp(5);
        const outcomes: Promise<Outcome<JobResult>>[] = [];
        for (const { finish, rows, two } of events) {
          outcomes.push(scheduler.submit(jobOf({ rows, model: modelOf(two ? "b" : "a", 4) })));
          if (finish) await worker.finish();
        }
        while (worker.busy) await worker.finish();
        const settled = await Promise.all(outcomes);
        const served = settled.filter((outcome) => outcome.ok).length;
        expect(worker.batches.flatMap(({ rows }) => rows).length).toBe(served);
        for (const { rows } of worker.batches) expect(rows.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(4);
      }),
      { numRuns: 60 },
    );
  });
});
