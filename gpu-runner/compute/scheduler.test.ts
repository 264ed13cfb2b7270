import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Outcome } from "../protocol/outcome.ts";
import type { JobResult } from "./job.ts";
import { errorOf, HandWorker, jobOf, learned, modelOf, openBench, TestBench } from "./testScheduler.ts";

const A = modelOf("a", 4);
const B = modelOf("b", 4);

describe("batches", () => {
  it("hold what came in one turn of the event loop, and what waited while the worker ran", async () => {
    const bench = openBench({}, [A, B]);
    const submit = (model: typeof A, rows: number) => {
      bench.nowMs += 1;
      return bench.scheduler.submit(jobOf({ model, rows }));
    };
    const outcomes = [submit(A, 1), submit(A, 1)];
    await bench.settle();
    outcomes.push(submit(A, 2), submit(B, 1), submit(A, 2), submit(A, 1));
    await bench.settle();
    bench.nowMs = 13;
    await bench.finishAll();
    expect(bench.worker.batches).toEqual([
      { id: "a/1", rows: [1, 1] },
      { id: "a/1", rows: [2, 2] },
      { id: "b/1", rows: [1] },
      { id: "a/1", rows: [1] },
    ]);
    const third = await outcomes[2];
    expect(third?.ok && third.value.queueMs).toBe(10);
  });

  it("wait for callers that are known to be there, no longer than the model's budget, and never for a lone one", async () => {
    const model = modelOf("d", 8, 5);
    const bench = openBench({}, [model]);
    const submit = () => void bench.scheduler.submit(jobOf({ model }));
    submit();
    await bench.settle();
    expect(bench.worker.batches.length, "a lone caller").toBe(1);
    submit();
    submit();
    submit();
    await bench.settle();
    await bench.worker.finish();
    await bench.settle();
    expect(bench.worker.isBusy, "three of four are back").toBe(false);
    submit();
    await bench.settle();
    expect(bench.worker.batches.at(-1), "all four are back").toEqual({ id: "d/1", rows: [1, 1, 1, 1] });
    await bench.worker.finish();
    submit();
    submit();
    await bench.advance(4);
    expect(bench.worker.isBusy, "two of four, within the budget").toBe(false);
    await bench.advance(1);
    expect(bench.worker.batches.at(-1), "two of four, at its end").toEqual({ id: "d/1", rows: [1, 1] });
    await bench.worker.finish();
    submit();
    submit();
    await bench.settle();
    expect(bench.worker.isBusy, "the two that are left").toBe(true);
  });

  it("go before a deadline passes, however long the model would wait", async () => {
    const model = modelOf("d", 8, 1000);
    const bench = openBench({}, [model]);
    for (const _ of [1, 2, 3]) void bench.scheduler.submit(jobOf({ model }));
    await bench.finishAll();
    const outcome = bench.scheduler.submit(jobOf({ model, deadlineAtMs: 50 }));
    await bench.advance(38);
    expect(bench.worker.isBusy).toBe(false);
    await bench.advance(2);
    await bench.finishAll();
    expect(errorOf(await outcome)).toBe("served");
  });
});

describe("the queue", () => {
  it("refuses at once what comes when it is full, and takes it again when there is room", async () => {
    const bench = openBench({ queueLimit: 2 }, [A, B]);
    const submit = () => bench.scheduler.submit(jobOf({ model: A, rows: 4 }));
    const accepted = [submit()];
    await bench.settle();
    accepted.push(submit(), submit());
    expect(await submit()).toMatchObject({
      failure: { status: 503, category: "resource", retry: true, error: "The queue is full." },
    });
    await bench.worker.finish();
    accepted.push(submit());
    await bench.finishAll();
    expect((await Promise.all(accepted)).every(({ ok }) => ok)).toBe(true);
  });

  it("counts batch work apart: a heap of it takes no place from what moves robots", async () => {
    const bench = openBench({ queueLimit: 2 }, [A, B]);
    const submit = (priority: "act" | "batch") =>
      bench.scheduler.submit(jobOf({ model: A, rows: 4, priority }));
    void submit("batch");
    await bench.settle();
    void submit("batch");
    void submit("batch");
    expect(errorOf(await submit("batch"))).toBe("The queue is full.");
    const act = submit("act");
    await bench.finishAll();
    expect(errorOf(await act)).toBe("served");
  });

  it("refuses an act of more rows than a batch holds", async () => {
    const bench = openBench({}, [A, B]);
    expect(await bench.scheduler.submit(jobOf({ model: A, rows: 5 }))).toMatchObject({
      failure: { status: 400, error: expect.stringContaining("4 rows") },
    });
  });
});

describe("deadlines", () => {
  it("that the work ahead makes unreachable are refused at once, but a free worker is always tried", async () => {
    const bench = await learned([A, B]);
    const hopeful = bench.scheduler.submit(jobOf({ model: A, deadlineAtMs: 1 }));
    await bench.settle();
    const refused = [9, 0].map((deadlineAtMs) =>
      bench.scheduler.submit(jobOf({ model: A, rows: 4, deadlineAtMs })),
    );
    for (const outcome of refused)
      expect(await outcome).toMatchObject({ failure: { status: 503, category: "timeout", retry: true } });
    const reachable = bench.scheduler.submit(jobOf({ model: A, deadlineAtMs: 50 }));
    await bench.finishAll();
    expect([errorOf(await hopeful), errorOf(await reachable)]).toEqual(["served", "served"]);
  });

  it("that become unreachable while a job waits end it then, not when a worker gets free", async () => {
    const bench = await learned([A, B]);
    void bench.scheduler.submit(jobOf({ model: B }));
    await bench.settle();
    let told = "";
    void bench.scheduler
      .submit(jobOf({ model: A, deadlineAtMs: 30 }))
      .then((outcome) => (told = errorOf(outcome)));
    await bench.settle();
    await bench.advance(19);
    expect(told).toBe("");
    await bench.advance(1);
    expect([told, bench.worker.isBusy]).toEqual(["The deadline cannot be met.", true]);
  });

  it("and callers that went away cost no computing", async () => {
    const bench = openBench({}, [A, B]);
    void bench.scheduler.submit(jobOf({ model: A }));
    await bench.settle();
    const caller = new AbortController();
    const gone = bench.scheduler.submit(jobOf({ model: A, gone: caller.signal }));
    const late = bench.scheduler.submit(jobOf({ model: A, deadlineAtMs: 50 }));
    caller.abort();
    await bench.advance(60);
    await bench.finishAll();
    expect([errorOf(await gone), errorOf(await late)]).toEqual([
      "The caller has gone.",
      "The deadline cannot be met.",
    ]);
    expect(bench.worker.batches.length).toBe(1);
  });

  it("that passed while nobody looked are not computed, free worker or not", async () => {
    const bench = openBench({}, [A, B]);
    void bench.scheduler.submit(jobOf({ model: A }));
    await bench.settle();
    const late = bench.scheduler.submit(jobOf({ model: A, deadlineAtMs: 50 }));
    await bench.settle();
    bench.nowMs = 60;
    await bench.finishAll();
    expect([errorOf(await late), bench.worker.batches.length]).toEqual(["The deadline cannot be met.", 1]);
  });
});

describe("replacement", () => {
  it("sends new jobs to the new deployment at once, and closes the old one when its last job is answered", async () => {
    const bench = new TestBench();
    const old = bench.open(A, "a/1#0");
    const first = bench.scheduler.submit(jobOf({ model: A }));
    await bench.settle();
    const waits = bench.scheduler.submit(jobOf({ model: A }));
    const renewed = modelOf("a", 4);
    bench.open(renewed, "a/1#1");
    const second = bench.scheduler.submit(jobOf({ model: A }));
    let closed = false;
    void bench.scheduler.close(old).then(() => (closed = true));
    await bench.settle();
    expect(closed).toBe(false);
    await bench.finishAll();
    expect((await Promise.all([first, waits, second])).every(({ ok }) => ok)).toBe(true);
    expect(bench.worker.batches.map(({ id }) => id)).toEqual(["a/1#0", "a/1#0", "a/1#1"]);
    expect(closed).toBe(true);
  });

  it("never runs a request on a graph of another signature: it is asked to be sent again", async () => {
    const bench = new TestBench();
    const old = bench.open(A, "a/1#0");
    bench.open(modelOf("a", 8), "a/1#1");
    void bench.scheduler.close(old);
    expect(await bench.scheduler.submit(jobOf({ model: A }))).toMatchObject({
      failure: { status: 503, retry: true, category: "model" },
    });
  });
});

it("uses every device that holds a model, and only those, within their lanes", async () => {
  const workers = ["cuda:0", "cuda:1", "cuda:0", "cuda:1"].map((device) => new HandWorker(device));
  const bench = new TestBench({ workers });
  bench.open(A);
  bench.open(B, "b/1", workers.slice(0, 1));
  const submit = (model: typeof A) => bench.scheduler.submit(jobOf({ model, rows: 4 }));
  const outcomes = [submit(B), submit(B)];
  bench.nowMs = 1;
  outcomes.push(submit(A), submit(A), submit(A));
  await bench.settle();
  expect(workers.map(({ isBusy }) => isBusy)).toEqual([true, true, true, true]);
  expect(workers[0]?.batches).toEqual([{ id: "b/1", rows: [4] }]);
  await bench.finishAll();
  expect((await Promise.all(outcomes)).every(({ ok }) => ok)).toBe(true);
  expect(workers.flatMap(({ batches }) => batches.filter(({ id }) => id === "b/1")).length).toBe(2);
});

it("runs no more at a time on a device than it has lanes, however many workers hold the model", async () => {
  const workers = ["cuda:0", "cuda:0", "cuda:1"].map((device) => new HandWorker(device));
  const bench = new TestBench({ workers, lanesPerDevice: 1 });
  bench.open(A, "a/1", workers.slice(0, 2));
  for (const _ of [1, 2]) void bench.scheduler.submit(jobOf({ model: A, rows: 4 }));
  await bench.settle();
  expect(workers.map(({ isBusy }) => isBusy)).toEqual([true, false, false]);
});

it("answers every request exactly once and never passes a batch limit, in any order of events", async () => {
  const event = fc.record({
    rows: fc.integer({ min: 1, max: 9 }),
    isSecond: fc.boolean(),
    priority: fc.constantFrom("act", "batch"),
    next: fc.constantFrom("nothing", "finish", "turn", "wait"),
    patienceMs: fc.option(fc.integer({ min: 0, max: 30 })),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { maxLength: 40 }),
      fc.integer({ min: 0, max: 3 }),
      async (events, delayMs) => {
        const models = [modelOf("a", 4, delayMs), modelOf("b", 4, delayMs)] as const;
        const workers = [new HandWorker(), new HandWorker()];
        const bench = openBench({ queueLimit: 5, workers }, models);
        const outcomes: Promise<Outcome<JobResult>>[] = [];
        let servedRows = 0;
        for (const { isSecond, patienceMs, priority, rows, next } of events) {
          const model = models[isSecond ? 1 : 0];
          const deadlineAtMs = patienceMs === null ? null : bench.nowMs + patienceMs;
          const outcome = bench.scheduler.submit(jobOf({ model, rows, priority, deadlineAtMs }));
          outcomes.push(outcome);
          void outcome.then((one) => (servedRows += one.ok ? rows : 0));
          if (next === "finish") await workers[0]?.finish();
          if (next === "turn") await bench.settle();
          if (next === "wait") await bench.advance(2);
        }
        for (let round = 0; round < 60; round += 1) {
          await bench.advance(5);
          await bench.finishAll();
        }
        for (const outcome of await Promise.all(outcomes))
          if (outcome.ok) expect(outcome.value.outputs.x?.shape[1]).toBe(2);
        const batches = workers.flatMap(({ batches: ran }) =>
          ran.map(({ rows }) => rows.reduce((a, b) => a + b, 0)),
        );
        expect(Math.max(0, ...batches)).toBeLessThanOrEqual(4);
        expect(batches.reduce((a, b) => a + b, 0)).toBeGreaterThanOrEqual(servedRows);
        expect(bench.scheduler.pending("a/1") + bench.scheduler.pending("b/1")).toBe(0);
      },
    ),
    { numRuns: 60 },
  );
});
