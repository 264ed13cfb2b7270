import type { NamedTensors } from "../protocol/datatypes.ts";
import { done, type Outcome } from "../protocol/outcome.ts";
import type { ModelContract } from "../repository/modelContract.ts";
import type { BatchRunner } from "./computeWorker.ts";
import type { Job, JobResult, Shedding } from "./job.ts";
import type { Deployment } from "./line.ts";
import type { BatchResult } from "./messages.ts";
import { Scheduler } from "./scheduler.ts";

export const modelOf = (name: string, maxBatch: number, maxDelayMs = 0): ModelContract => ({
  name,
  max_batch: maxBatch,
  max_delay_ms: maxDelayMs,
  inputs: [{ name: "x", datatype: "FP32", shape: [-1, 2] }],
  outputs: [{ name: "x", datatype: "FP32", shape: [-1, 2] }],
});

/** Lets promises that are settled go their way. */
export const turn = async (): Promise<void> => {
  for (let step = 0; step < 12; step += 1) await Promise.resolve();
};

/** A worker that finishes a batch when the test says so, and answers with what it was given. */
export class HandWorker implements BatchRunner {
  readonly device: string;
  readonly batches: { readonly id: string; readonly rows: number[] }[] = [];
  runMs = 10;
  #finish: (() => void) | null = null;

  constructor(device = "cpu") {
    this.device = device;
  }

  run(id: string, batch: readonly NamedTensors[]): Promise<BatchResult> {
    if (this.#finish !== null) throw new Error("A worker was given two batches at a time.");
    this.batches.push({ id, rows: batch.map((request) => request.x?.shape[0] ?? 0) });
    return new Promise((resolve) => {
      this.#finish = () => resolve({ results: batch.map((request) => done(request)), computeMs: this.runMs });
    });
  }

  async finish(): Promise<void> {
    const finish = this.#finish;
    this.#finish = null;
    finish?.();
    await turn();
  }

  get isBusy(): boolean {
    return this.#finish !== null;
  }
}

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

/** A scheduler whose clock, turns of the event loop and workers are in the test's hand. */
export class TestBench {
  readonly workers: readonly HandWorker[];
  readonly scheduler: Scheduler;
  shedding: Shedding = "none";
  nowMs = 0;
  #soon: (() => void)[] = [];
  #timers: Timer[] = [];

  constructor({ queueLimit = 8, workers = [new HandWorker()], lanesPerDevice = 0 } = {}) {
    this.workers = workers;
    const devices = [...new Set(workers.map(({ device }) => device))];
    this.scheduler = new Scheduler({
      devices,
      lanesPerDevice: lanesPerDevice || workers.length / devices.length,
      queueLimit,
      now: () => this.nowMs,
      soon: (callback) => this.#soon.push(callback),
      later: (callback, delayMs) => {
        const timer = { atMs: this.nowMs + delayMs, callback };
        this.#timers.push(timer);
        return () => {
          this.#timers = this.#timers.filter((one) => one !== timer);
        };
      },
      shedding: () => this.shedding,
    });
  }

  get worker(): HandWorker {
    const [first] = this.workers;
    if (first === undefined) throw new Error("There is no worker.");
    return first;
  }

  /** Opens a model, by default on all workers. */
  open(contract: ModelContract, id = `${contract.name}/1`, workers = this.workers): Deployment {
    const deployment = { id, key: `${contract.name}/1`, contract, workers };
    this.scheduler.open(deployment);
    return deployment;
  }

  /** The turn of the event loop ends: what arrived in it is looked at. */
  async settle(): Promise<void> {
    for (const callback of this.#soon.splice(0)) callback();
    await turn();
  }

  async advance(durationMs: number): Promise<void> {
    this.nowMs += durationMs;
    const due = this.#timers.filter(({ atMs }) => atMs <= this.nowMs);
    this.#timers = this.#timers.filter(({ atMs }) => atMs > this.nowMs);
    for (const { callback } of due) callback();
    await this.settle();
  }

  /** Ends runs until no worker has one. */
  async finishAll(): Promise<void> {
    await this.settle();
    while (this.workers.some((worker) => worker.isBusy)) {
      for (const worker of this.workers) await worker.finish();
      await this.settle();
    }
  }
}

type BenchOptions = ConstructorParameters<typeof TestBench>[0];

/** A bench that serves models. */
export const openBench = (options: BenchOptions, models: readonly ModelContract[]): TestBench => {
  const bench = new TestBench(options);
  for (const model of models) bench.open(model);
  return bench;
};

/** A bench on which a run of each model has been made, each of 10 ms. */
export const learned = async (models: readonly ModelContract[]): Promise<TestBench> => {
  const bench = openBench({}, models);
  for (const model of models) void bench.scheduler.submit(jobOf({ model }));
  await bench.finishAll();
  for (const worker of bench.workers) worker.batches.splice(0);
  return bench;
};

interface JobOptions extends Partial<Pick<Job, "priority" | "gone" | "deadlineAtMs">> {
  readonly model: ModelContract;
  readonly rows?: number;
}

/** A job whose rows are numbered from 0. */
export const jobOf = ({ model, rows = 1, ...more }: JobOptions): Job => ({
  key: `${model.name}/1`,
  contract: model,
  inputs: {
    x: {
      datatype: "FP32",
      shape: [rows, 2],
      bytes: new Uint8Array(Float32Array.from({ length: rows * 2 }, (_, index) => index >> 1).buffer),
    },
  },
  deadlineAtMs: null,
  gone: new AbortController().signal,
  ...more,
});

export const errorOf = (outcome: Outcome<JobResult>): string =>
  outcome.ok ? "served" : outcome.failure.error;
