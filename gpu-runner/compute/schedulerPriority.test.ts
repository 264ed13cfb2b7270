import { describe, expect, it } from "vitest";
import { errorOf, HandWorker, jobOf, learned, modelOf, openBench } from "./testScheduler.ts";

const A = modelOf("a", 4);
const B = modelOf("b", 4);

describe("priority", () => {
  it("lets what moves robots go before batch work that came earlier", async () => {
    const bench = openBench({}, [A, B]);
    const ended: string[] = [];
    const submit = (name: string, priority: "act" | "batch") =>
      void bench.scheduler
        .submit(jobOf({ model: name === "act" ? A : B, priority }))
        .then(() => ended.push(name));
    submit("first", "batch");
    await bench.settle();
    submit("second", "batch");
    submit("act", "act");
    await bench.finishAll();
    expect(ended).toEqual(["first", "act", "second"]);
  });

  it("keeps the last of several lanes free of batch work", async () => {
    const workers = [new HandWorker(), new HandWorker(), new HandWorker()];
    const bench = openBench({ workers }, [A, B]);
    for (const _ of [1, 2, 3]) void bench.scheduler.submit(jobOf({ model: A, rows: 4, priority: "batch" }));
    await bench.settle();
    expect(workers.filter((worker) => worker.isBusy).length).toBe(2);
    const act = bench.scheduler.submit(jobOf({ model: A }));
    await bench.settle();
    expect(workers.filter((worker) => worker.isBusy).length).toBe(3);
    await bench.finishAll();
    expect((await act).ok).toBe(true);
  });

  it("gives batch work a twentieth of a machine that is never without robots to move", async () => {
    const bench = await learned([A, B]);
    const batch = bench.scheduler.submit(jobOf({ model: B, priority: "batch" }));
    const feed = () => void bench.scheduler.submit(jobOf({ model: A, rows: 4 }));
    feed();
    await bench.settle();
    for (let run = 0; run < 25; run += 1) {
      feed();
      await bench.worker.finish();
      await bench.settle();
    }
    const at = bench.worker.batches.findIndex(({ id }) => id === "b/1");
    expect(at).toBeGreaterThanOrEqual(15);
    expect(at).toBeLessThanOrEqual(20);
    expect((await batch).ok).toBe(true);
  });

  it("runs batch work of any number of rows in pieces of 50 ms, and gives back its rows in order", async () => {
    const model = modelOf("w", 8);
    const bench = openBench({}, [model]);
    bench.worker.runMs = 200;
    void bench.scheduler.submit(jobOf({ model, rows: 8 }));
    await bench.finishAll();
    bench.worker.batches.splice(0);
    const outcome = bench.scheduler.submit(jobOf({ model, rows: 19, priority: "batch" }));
    await bench.settle();
    const act = bench.scheduler.submit(jobOf({ model }));
    await bench.finishAll();
    const result = await outcome;
    const tensor = result.ok ? result.value.outputs.x : undefined;
    if (tensor === undefined || tensor.datatype === "BYTES") throw new Error("no rows");
    expect(tensor.shape).toEqual([19, 2]);
    const numbers = [...new Float32Array(tensor.bytes.slice().buffer)];
    expect(numbers.filter((_, index) => index % 2 === 0)).toEqual(
      Array.from({ length: 19 }, (_, row) => row),
    );
    expect([errorOf(await act), bench.worker.batches[1]?.rows]).toEqual(["served", [1]]);
    const rows = bench.worker.batches.map((batch) => batch.rows.reduce((sum, own) => sum + own, 0));
    expect(Math.max(...rows), "25 ms a row").toBe(2);
  });

  it("lets no batch work slip in before an act that still waits for company", async () => {
    const model = modelOf("d", 8, 5);
    const bench = openBench({}, [model, B]);
    for (const _ of [1, 2, 3]) void bench.scheduler.submit(jobOf({ model }));
    await bench.finishAll();
    void bench.scheduler.submit(jobOf({ model }));
    void bench.scheduler.submit(jobOf({ model: B, priority: "batch" }));
    await bench.advance(4);
    expect(bench.worker.isBusy).toBe(false);
    await bench.advance(1);
    await bench.finishAll();
    expect(bench.worker.batches.slice(1).map(({ id }) => id)).toEqual(["d/1", "b/1"]);
  });

  it("stops a batch job when its caller goes: what was not begun is not computed", async () => {
    const bench = openBench({}, [A, B]);
    const caller = new AbortController();
    const outcome = bench.scheduler.submit(
      jobOf({ model: A, rows: 40, priority: "batch", gone: caller.signal }),
    );
    await bench.settle();
    await bench.worker.finish();
    caller.abort();
    await bench.finishAll();
    expect(errorOf(await outcome)).toBe("The caller has gone.");
    expect(bench.worker.batches.length).toBeLessThanOrEqual(2);
  });
});

it("sheds batch work first, then all, and serves again when the machine has cooled", async () => {
  const bench = openBench({}, [A, B]);
  const submit = (priority: "act" | "batch") =>
    bench.scheduler.submit(jobOf({ model: A, rows: 4, priority }));
  void submit("act");
  await bench.settle();
  const waiting = submit("batch");
  bench.shedding = "batch";
  expect(await submit("batch")).toMatchObject({
    failure: { status: 503, category: "resource", retry: true },
  });
  const act = submit("act");
  await bench.settle();
  expect(errorOf(await waiting)).toBe("The machine is too hot for this work.");
  bench.shedding = "all";
  expect((await submit("act")).ok).toBe(false);
  await bench.settle();
  bench.shedding = "none";
  const later = submit("batch");
  await bench.finishAll();
  expect([errorOf(await act), errorOf(await later)]).toEqual(["served", "served"]);
});
