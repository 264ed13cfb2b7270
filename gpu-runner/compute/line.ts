import type { ModelContract } from "../repository/modelContract.ts";
import type { BatchRunner } from "./computeWorker.ts";
import { PRIORITIES, type Priority, type Waiting } from "./job.ts";
import { RunTimes } from "./runTimes.ts";

/** One version of a model, loaded and warm. */
export interface Deployment {
  /** What the workers know it by: no two have the same, not even one and the one that replaces it. */
  readonly id: string;
  /** `name/version`. */
  readonly key: string;
  readonly contract: ModelContract;
  /** Those that hold it. */
  readonly workers: readonly BatchRunner[];
}

/** How long a batch waits for company that is known to be there, where the model says nothing else. */
const DEFAULT_DELAY_MS = 1;
/** Longest run of batch work, in milliseconds: what `act` may have to wait for on a machine with one lane. */
const BATCH_RUN_MS = 50;

/**
 * What waits for one deployment, in the order in which it came. A batch is held back, for at most the model's
 * `max_delay_ms`, only while more callers are known to be there than wait: a lone caller never waits for company.
 */
export class Line {
  readonly deployment: Deployment;
  readonly runTimes = new RunTimes();
  readonly #lanes: number;
  readonly #waiting: Record<Priority, Waiting[]> = { act: [], batch: [] };
  readonly #rows: Record<Priority, number> = { act: 0, batch: 0 };
  #runningJobs = 0;
  /** Of those that wait, how many have a deadline: mostly none, and then nothing is looked through for them. */
  #withDeadline = 0;
  /** Jobs that are worth waiting for: as many as were lately seen to be asked for at a time, by run. */
  #worthJobs = 1;

  /** `lanes`: runs that this deployment may have at a time. */
  constructor(deployment: Deployment, lanes: number) {
    this.deployment = deployment;
    this.#lanes = Math.max(1, Math.min(lanes, deployment.workers.length));
  }

  get hasDeadlines(): boolean {
    return this.#withDeadline > 0;
  }

  get isIdle(): boolean {
    return this.#runningJobs === 0 && PRIORITIES.every((priority) => this.#waiting[priority].length === 0);
  }

  waiting(priority: Priority): readonly Waiting[] {
    return this.#waiting[priority];
  }

  add(waiting: Waiting): void {
    this.#waiting[waiting.priority].push(waiting);
    if (waiting.job.deadlineAtMs !== null) this.#withDeadline += 1;
    this.#rows[waiting.priority] += waiting.rows;
    const outstanding = this.#waiting.act.length + this.#waiting.batch.length + this.#runningJobs;
    this.#worthJobs = Math.max(this.#worthJobs, Math.ceil(outstanding / this.#lanes));
  }

  /** Takes a job out; false where it is not in the line any more. */
  remove(waiting: Waiting): boolean {
    const line = this.#waiting[waiting.priority];
    const position = line.indexOf(waiting);
    if (position < 0) return false;
    line.splice(position, 1);
    if (waiting.job.deadlineAtMs !== null) this.#withDeadline -= 1;
    this.#rows[waiting.priority] -= waiting.rows;
    return true;
  }

  /** When the oldest job came, in milliseconds; null where none waits. */
  oldestAtMs(priority: Priority): number | null {
    return this.#waiting[priority][0]?.queuedAtMs ?? null;
  }

  /** When the line wants its next run: the past where a batch is worth it now; null where none waits. */
  wantsRunAtMs(priority: Priority): number | null {
    const jobs = this.#waiting[priority];
    const [oldest] = jobs;
    if (oldest === undefined) return null;
    const { max_batch, max_delay_ms } = this.deployment.contract;
    if (this.#rows[priority] >= max_batch || jobs.length >= this.#worthJobs) return oldest.queuedAtMs;
    let dueAtMs = oldest.queuedAtMs + (max_delay_ms ?? DEFAULT_DELAY_MS);
    if (this.hasDeadlines)
      for (const waiting of jobs) dueAtMs = Math.min(dueAtMs, this.hopelessAtMs(waiting));
    return dueAtMs;
  }

  /** From when on the job's deadline is expected to be missed. */
  hopelessAtMs({ job, rows }: Waiting): number {
    return job.deadlineAtMs === null
      ? Number.POSITIVE_INFINITY
      : job.deadlineAtMs - this.runTimes.expectedMs(rows);
  }

  /** Time that the jobs of a priority will take, one batch after the other. */
  aheadMs(priority: Priority): number {
    const rows = this.#rows[priority];
    if (rows === 0) return 0;
    const { max_batch } = this.deployment.contract;
    return Math.ceil(rows / max_batch) * this.runTimes.expectedMs(Math.min(rows, max_batch));
  }

  /** Time that the next run of a priority is expected to take. */
  nextRunMs(priority: Priority): number {
    return this.runTimes.expectedMs(Math.min(this.#rows[priority], this.mostRows(priority)));
  }

  /** The oldest job and those that share its run, taken out of the line. */
  take(priority: Priority): Waiting[] {
    const [first] = this.#waiting[priority];
    if (first === undefined) return [];
    const mostRows = this.mostRows(priority);
    const batch: Waiting[] = [];
    const left: Waiting[] = [];
    let rows = 0;
    for (const [position, waiting] of this.#waiting[priority].entries()) {
      if (rows >= mostRows) {
        left.push(...this.#waiting[priority].slice(position));
        break;
      }
      const fits = waiting.likeness === first.likeness && rows + waiting.rows <= mostRows;
      if (!fits && waiting !== first) {
        left.push(waiting);
        continue;
      }
      batch.push(waiting);
      rows += waiting.rows;
      if (waiting.job.deadlineAtMs !== null) this.#withDeadline -= 1;
    }
    // Callers that were waited for in vain are not waited for again until they are back.
    if (rows < mostRows && left.length === 0) this.#worthJobs = batch.length;
    this.#waiting[priority] = left;
    this.#rows[priority] -= rows;
    this.#runningJobs += batch.length;
    return batch;
  }

  /** A run that `take` began has ended. */
  ended(jobs: number, rows: number, computeMs: number): void {
    this.#runningJobs -= jobs;
    this.runTimes.learn(rows, computeMs);
  }

  /** Most rows of one run: the model's own limit, and of batch work no more than keep it short. */
  mostRows(priority: Priority): number {
    const { max_batch } = this.deployment.contract;
    return priority === "act" ? max_batch : this.runTimes.rowsWithin(BATCH_RUN_MS, max_batch);
  }
}
