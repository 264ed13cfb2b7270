import { done, type Outcome, refuse } from "../protocol/outcome.ts";
import { chooseRun, type Run } from "./chooseRun.ts";
import {
  type Job,
  type JobResult,
  likenessOf,
  PRIORITIES,
  type Priority,
  rowsOf,
  type Shedding,
  type Waiting,
} from "./job.ts";
import { Lanes } from "./lanes.ts";
import type { Deployment, Line } from "./line.ts";
import { Lines } from "./lines.ts";
import { runInPieces } from "./runInPieces.ts";

export interface SchedulerOptions {
  /** Runs at a time on each device, and the devices there are. */
  readonly lanesPerDevice: number;
  readonly devices: readonly string[];
  /** Most jobs of each priority that wait; those being computed are not counted. */
  readonly queueLimit: number;
  readonly now: () => number;
  /** Calls back when what arrived together with this has arrived too. */
  readonly soon: (callback: () => void) => void;
  /** Calls back after a delay; gives what prevents that. */
  readonly later: (callback: () => void, delayMs: number) => () => void;
  readonly shedding: () => Shedding;
  readonly onBatch?: (key: string, rows: number, computeMs: number) => void;
}

const FULL = refuse(503, "The queue is full.");
const LATE = refuse(503, "The deadline cannot be met.", "timeout");
const GONE = refuse(503, "The caller has gone.");
const HOT = refuse(503, "The machine is too hot for this work.");

const tooManyRows = (most: number): Outcome<JobResult> =>
  refuse(400, `More than ${most} rows at a time are batch work: send it as such, or in parts.`);

const isShed = (priority: Priority, shedding: Shedding): boolean =>
  shedding === "all" || (shedding === "batch" && priority === "batch");

/**
 * Gives waiting jobs to free workers: `act` before batch work, the oldest first, together with those of the same
 * model that fit into its largest batch. Where a machine has several lanes, batch work never takes the last one.
 * A worker that is free takes a job even when its deadline looks hopeless, so that an expected time that was too
 * long is measured anew; one that must wait is refused as soon as it looks so.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #lanes: Lanes;
  readonly #lines = new Lines();
  /** Time that runs of `act` took while batch work waited, since the last run of that. */
  #actMsSinceBatch = 0;
  #isPumpDue = false;
  #cancelWake: (() => void) | null = null;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#lanes = new Lanes(options.devices, options.lanesPerDevice);
  }

  /** Jobs of this key go here from now on. What waits in an older deployment of the key is still served there. */
  open(deployment: Deployment): void {
    this.#lines.open(deployment, this.#lanes.total);
  }

  /** Takes no more jobs for this deployment; resolves when none waits or runs. */
  close(deployment: Deployment): Promise<void> {
    return this.#lines.close(deployment);
  }

  /** Resolves when no run is under way. What waits then waits for ever: only for the end of the process. */
  whenIdle(): Promise<void> {
    return this.#lanes.whenIdle();
  }

  /** Requests that wait, by model key. */
  pending(key: string): number {
    return this.#lines.countWaitingFor(key);
  }

  /**
   * Computes a request. Batch work may have any number of rows: it runs in pieces, each a short one. 503 where
   * the queue is full, the deadline cannot be met, the machine is too hot, or the caller went away.
   */
  submit(job: Job): Promise<Outcome<JobResult>> {
    const line = this.#lines.find(job.key, job.contract);
    if (!line.ok) return Promise.resolve(line);
    const mostRows = line.value.mostRows(job.priority ?? "act");
    if (job.contract.max_batch > 1 && rowsOf(job) > mostRows)
      return job.priority === "batch"
        ? runInPieces(job, mostRows, this.#lanes.total, (piece) => this.submit(piece))
        : Promise.resolve(tooManyRows(mostRows));
    const refusal = this.#refuse(job, line.value);
    return refusal === null ? this.#enqueue(job, line.value) : Promise.resolve(refusal);
  }

  #enqueue(job: Job, line: Line): Promise<Outcome<JobResult>> {
    return new Promise((resolve) => {
      const drop = (): void => {
        if (line.remove(waiting)) waiting.settle(GONE);
        this.#lines.forgetIdle(line);
      };
      const waiting: Waiting = {
        job,
        priority: job.priority ?? "act",
        rows: rowsOf(job),
        likeness: likenessOf(job),
        queuedAtMs: this.#options.now(),
        settle: (outcome) => {
          job.gone.removeEventListener("abort", drop);
          resolve(outcome);
        },
      };
      job.gone.addEventListener("abort", drop, { once: true });
      line.add(waiting);
      this.#pumpSoon();
    });
  }

  #refuse(job: Job, line: Line): Outcome<JobResult> | null {
    const { now, queueLimit, shedding } = this.#options;
    const priority = job.priority ?? "act";
    if (job.gone.aborted) return GONE;
    if (isShed(priority, shedding())) return HOT;
    const nowMs = now();
    if (job.deadlineAtMs !== null && job.deadlineAtMs <= nowMs) return LATE;
    const waiting = this.#lines.countWaiting(priority);
    if (waiting >= queueLimit) return FULL;
    if (job.deadlineAtMs === null || (waiting === 0 && this.#lanes.hasFree)) return null;
    return nowMs + this.#expectedMs(line, rowsOf(job), priority) > job.deadlineAtMs ? LATE : null;
  }

  /** Time until a job that is queued now would be done. Batch work has what moves robots ahead of it too. */
  #expectedMs(own: Line, rows: number, priority: Priority): number {
    let aheadMs = this.#lanes.remainingMs(this.#options.now());
    for (const line of this.#lines) {
      aheadMs += line.aheadMs("act");
      if (priority === "batch") aheadMs += line.aheadMs("batch");
    }
    return aheadMs / this.#lanes.total + own.runTimes.expectedMs(rows);
  }

  /** Jobs that arrive in one turn of the event loop may share a run. */
  #pumpSoon(): void {
    if (this.#isPumpDue) return;
    this.#isPumpDue = true;
    this.#options.soon(() => {
      this.#isPumpDue = false;
      this.#pump();
    });
  }

  #pump(): void {
    const nowMs = this.#options.now();
    this.#cancelWake?.();
    this.#cancelWake = null;
    const shedding = this.#options.shedding();
    if (shedding !== "none") this.#settleWhere(({ priority }) => isShed(priority, shedding), HOT);
    const late = [...this.#lines].filter((line) => line.hasDeadlines);
    this.#settleWhere(({ job }) => job.deadlineAtMs !== null && job.deadlineAtMs <= nowMs, LATE, late);
    let run = chooseRun(this.#lines, this.#lanes, nowMs, this.#actMsSinceBatch);
    while (run !== null) {
      void this.#run(run, nowMs);
      run = chooseRun(this.#lines, this.#lanes, nowMs, this.#actMsSinceBatch);
    }
    if (!this.#lanes.hasFree)
      this.#settleWhere((waiting, line) => line.hopelessAtMs(waiting) <= nowMs, LATE, late);
    this.#wakeLater(nowMs);
  }

  #settleWhere(
    applies: (waiting: Waiting, line: Line) => boolean,
    outcome: Outcome<JobResult>,
    lines: Iterable<Line> = this.#lines,
  ): void {
    for (const line of lines) {
      for (const priority of PRIORITIES)
        for (const waiting of line.waiting(priority).filter((one) => applies(one, line)))
          if (line.remove(waiting)) waiting.settle(outcome);
      this.#lines.forgetIdle(line);
    }
  }

  async #run({ line, worker, priority }: Run, startedAtMs: number): Promise<void> {
    const batch = line.take(priority);
    const rows = batch.reduce((sum, waiting) => sum + waiting.rows, 0);
    this.#lanes.begin(worker, priority, startedAtMs + line.runTimes.expectedMs(rows));
    if (priority === "batch") this.#actMsSinceBatch = 0;
    const { computeMs, results } = await worker.run(
      line.deployment.id,
      batch.map(({ job }) => job.inputs),
    );
    this.#lanes.end(worker);
    line.ended(batch.length, rows, computeMs);
    if (priority === "act")
      this.#actMsSinceBatch = this.#lines.countWaiting("batch") > 0 ? this.#actMsSinceBatch + computeMs : 0;
    this.#pump();
    this.#options.onBatch?.(line.deployment.key, rows, computeMs);
    for (const [position, { queuedAtMs, settle }] of batch.entries()) {
      const outcome = results[position] ?? refuse(500, "The worker gave no answer.");
      settle(
        outcome.ok ? done({ outputs: outcome.value, queueMs: startedAtMs - queuedAtMs, computeMs }) : outcome,
      );
    }
    this.#lines.forgetIdle(line);
  }

  /** Comes back when a batch has waited long enough, or a deadline becomes hopeless; a run that ends comes by itself. */
  #wakeLater(nowMs: number): void {
    let atMs = Number.POSITIVE_INFINITY;
    for (const line of this.#lines)
      for (const priority of PRIORITIES) {
        if (this.#lanes.hasFree) {
          const wantedAtMs = line.wantsRunAtMs(priority);
          if (wantedAtMs !== null && wantedAtMs > nowMs) atMs = Math.min(atMs, wantedAtMs);
        }
        for (const waiting of line.hasDeadlines ? line.waiting(priority) : []) {
          const hopelessAtMs = line.hopelessAtMs(waiting);
          const endsAtMs = hopelessAtMs > nowMs ? hopelessAtMs : (waiting.job.deadlineAtMs ?? hopelessAtMs);
          atMs = Math.min(atMs, endsAtMs);
        }
      }
    if (atMs === Number.POSITIVE_INFINITY) return;
    this.#cancelWake = this.#options.later(() => this.#pump(), Math.max(0, atMs - nowMs));
  }
}
