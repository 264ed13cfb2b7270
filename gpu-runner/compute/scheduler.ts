import type { NamedTensors } from "../protocol/datatypes.ts";
import { done, type Outcome, refuse } from "../protocol/outcome.ts";
import type { ModelContract } from "../repository/modelContract.ts";
import type { BatchRunner } from "./computeWorker.ts";

/** One request for one model. Times are of the scheduler's clock, in milliseconds. */
export interface Job {
  readonly key: string;
  readonly contract: ModelContract;
  readonly inputs: NamedTensors;
  readonly deadlineAtMs: number | null;
  /** Aborted when nobody waits for the answer any more. */
  readonly gone: AbortSignal;
}

export interface JobResult {
  readonly outputs: NamedTensors;
  readonly queueMs: number;
  readonly computeMs: number;
}

interface Waiting {
  readonly job: Job;
  readonly rows: number;
  readonly likeness: string;
  readonly queuedAtMs: number;
  readonly settle: (outcome: Outcome<JobResult>) => void;
}

export interface SchedulerOptions {
  readonly workers: readonly BatchRunner[];
  /** Most requests that wait; those being computed are not counted. */
  readonly queueLimit: number;
  readonly now: () => number;
  readonly onBatch?: (key: string, rows: number, computeMs: number) => void;
}

/** Weight of the newest run in a model's expected run time. */
const NEWEST = 0.2;

const rowsOf = (job: Job): number => Object.values(job.inputs)[0]?.shape[0] ?? 1;

/** Requests may share a run if all but their first dimension is equal. */
const likenessOf = (job: Job): string =>
  `${job.key}:${Object.values(job.inputs)
    .map((tensor) => tensor.shape.slice(1).join("x"))
    .join(",")}`;

const FULL = refuse(503, "The queue is full.");
const LATE = refuse(503, "The deadline cannot be met.");
const GONE = refuse(503, "The caller has gone.");

/**
 * Gives waiting requests to free workers, oldest first, together with all waiting ones of the same model that
 * fit into its largest batch. It never holds a request back to fill a batch: batches form while workers are
 * busy. A worker that is free always takes a request whose deadline has not passed, so that an expected run
 * time that was too long is measured anew.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #idle: BatchRunner[];
  readonly #running = new Map<BatchRunner, string>();
  readonly #expectedMs = new Map<string, number>();
  #queue: Waiting[] = [];

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#idle = [...options.workers];
  }

  /** Requests that wait, by model key. */
  pending(key: string): number {
    return this.#queue.filter((waiting) => waiting.job.key === key).length;
  }

  /** Computes a request. 503 where the queue is full, the deadline cannot be met, or the caller went away. */
  submit(job: Job): Promise<Outcome<JobResult>> {
    const { now, queueLimit } = this.#options;
    const refusal = this.#refuse(job, now(), queueLimit);
    if (refusal !== null) return Promise.resolve(refusal);
    return new Promise((settle) => {
      const waiting: Waiting = {
        job,
        rows: rowsOf(job),
        likeness: likenessOf(job),
        queuedAtMs: now(),
        settle,
      };
      job.gone.addEventListener("abort", () => this.#drop(waiting), { once: true });
      this.#queue.push(waiting);
      this.#dispatch();
    });
  }

  #refuse(job: Job, nowMs: number, queueLimit: number): Outcome<JobResult> | null {
    if (job.gone.aborted) return GONE;
    if (job.deadlineAtMs !== null && job.deadlineAtMs <= nowMs) return LATE;
    if (this.#idle.length > 0) return null;
    if (this.#queue.length >= queueLimit) return FULL;
    const tooLate = job.deadlineAtMs !== null && nowMs + this.#expectedWaitMs(job) > job.deadlineAtMs;
    return tooLate ? LATE : null;
  }

  /** Time until a job that is queued now would be done, taking the runs before it to be alone in their batches' models. */
  #expectedWaitMs(job: Job): number {
    const expected = (key: string): number => this.#expectedMs.get(key) ?? 0;
    let aheadMs = 0;
    for (const key of this.#running.values()) aheadMs += expected(key) / 2;
    const rowsAhead = new Map<string, { rows: number; job: Job }>();
    for (const { job: other, rows } of this.#queue)
      rowsAhead.set(other.key, { job: other, rows: (rowsAhead.get(other.key)?.rows ?? 0) + rows });
    for (const [key, { job: other, rows }] of rowsAhead)
      aheadMs += Math.ceil(rows / other.contract.max_batch) * expected(key);
    return aheadMs / this.#options.workers.length + expected(job.key);
  }

  #drop(waiting: Waiting): void {
    const position = this.#queue.indexOf(waiting);
    if (position < 0) return;
    this.#queue.splice(position, 1);
    waiting.settle(GONE);
  }

  /** The oldest request that can still be met, and those that share its run. */
  #takeBatch(): Waiting[] {
    const nowMs = this.#options.now();
    const batch: Waiting[] = [];
    const left: Waiting[] = [];
    let rows = 0;
    for (const waiting of this.#queue) {
      const { deadlineAtMs, contract } = waiting.job;
      const first = batch[0];
      if (deadlineAtMs !== null && deadlineAtMs <= nowMs) waiting.settle(LATE);
      else if (
        first === undefined ||
        (waiting.likeness === first.likeness && rows + waiting.rows <= contract.max_batch)
      ) {
        batch.push(waiting);
        rows += waiting.rows;
      } else left.push(waiting);
    }
    this.#queue = left;
    return batch;
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const worker = this.#idle.pop();
      if (worker === undefined) return;
      const batch = this.#takeBatch();
      const first = batch[0];
      if (first === undefined) {
        this.#idle.push(worker);
        return;
      }
      void this.#run(worker, first.job.key, batch);
    }
  }

  async #run(worker: BatchRunner, key: string, batch: readonly Waiting[]): Promise<void> {
    const startedAtMs = this.#options.now();
    this.#running.set(worker, key);
    const { computeMs, results } = await worker.run(
      key,
      batch.map((waiting) => waiting.job.inputs),
    );
    this.#running.delete(worker);
    this.#idle.push(worker);
    const expected = this.#expectedMs.get(key) ?? computeMs;
    this.#expectedMs.set(key, expected + NEWEST * (computeMs - expected));
    this.#dispatch();
    const rows = batch.reduce((sum, waiting) => sum + waiting.rows, 0);
    this.#options.onBatch?.(key, rows, computeMs);
    for (const [position, { queuedAtMs, settle }] of batch.entries()) {
      const outcome = results[position] ?? refuse(500, "The worker gave no answer.");
      settle(
        outcome.ok ? done({ outputs: outcome.value, queueMs: startedAtMs - queuedAtMs, computeMs }) : outcome,
      );
    }
  }
}
