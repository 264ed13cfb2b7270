import type { BatchRunner } from "./computeWorker.ts";
import type { Priority } from "./job.ts";

interface Run {
  readonly priority: Priority;
  readonly endsAtMs: number;
}

/**
 * How many runs go on at a time. A machine may have more workers than it can keep busy (those of a model and of the
 * one that replaces it), so what bounds the work are lanes: some on each device.
 */
export class Lanes {
  /** Runs that may go on at a time, on all devices together. */
  readonly total: number;
  readonly #perDevice: number;
  readonly #runs = new Map<BatchRunner, Run>();
  readonly #idle: (() => void)[] = [];

  constructor(devices: readonly string[], perDevice: number) {
    this.#perDevice = perDevice;
    this.total = devices.length * perDevice;
  }

  get hasFree(): boolean {
    return this.#runs.size < this.total;
  }

  /** Batch work leaves one lane to what moves robots, where there are several. */
  get hasRoomForBatch(): boolean {
    let batchRuns = 0;
    for (const { priority } of this.#runs.values()) if (priority === "batch") batchRuns += 1;
    return batchRuns < Math.max(1, this.total - 1);
  }

  /** A worker that runs nothing, on the device that has most lanes free; null where none has one. */
  freeAmong(workers: readonly BatchRunner[]): BatchRunner | null {
    let best: { worker: BatchRunner; running: number } | null = null;
    for (const worker of workers) {
      if (this.#runs.has(worker)) continue;
      const running = this.#runningOn(worker.device);
      if (running < this.#perDevice && (best === null || running < best.running)) best = { worker, running };
    }
    return best?.worker ?? null;
  }

  begin(worker: BatchRunner, priority: Priority, endsAtMs: number): void {
    this.#runs.set(worker, { priority, endsAtMs });
  }

  end(worker: BatchRunner): void {
    this.#runs.delete(worker);
    if (this.#runs.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Time that the runs under way are expected still to take, added up. */
  remainingMs(nowMs: number): number {
    let remainingMs = 0;
    for (const { endsAtMs } of this.#runs.values()) remainingMs += Math.max(0, endsAtMs - nowMs);
    return remainingMs;
  }

  whenIdle(): Promise<void> {
    if (this.#runs.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #runningOn(device: string): number {
    let running = 0;
    for (const worker of this.#runs.keys()) if (worker.device === device) running += 1;
    return running;
  }
}
