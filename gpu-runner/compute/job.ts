import type { NamedTensors } from "../protocol/datatypes.ts";
import type { Outcome } from "../protocol/outcome.ts";
import type { ModelContract } from "../repository/modelContract.ts";

/** `act` moves a robot now; `batch` fills what is left. */
export const PRIORITIES = ["act", "batch"] as const;
export type Priority = (typeof PRIORITIES)[number];

/** What is refused while a machine is too hot: nothing, batch work, or all. */
export type Shedding = "none" | "batch" | "all";

/** One request for one model. Times are of the scheduler's clock, in milliseconds. */
export interface Job {
  readonly key: string;
  readonly contract: ModelContract;
  readonly inputs: NamedTensors;
  readonly deadlineAtMs: number | null;
  /** Aborted when nobody waits for the answer any more. */
  readonly gone: AbortSignal;
  /** Absent: `act`. */
  readonly priority?: Priority;
}

export interface JobResult {
  readonly outputs: NamedTensors;
  readonly queueMs: number;
  readonly computeMs: number;
}

/** A job in a line, and how its caller is told. */
export interface Waiting {
  readonly job: Job;
  readonly priority: Priority;
  readonly rows: number;
  /** Jobs of equal likeness may share a run. */
  readonly likeness: string;
  readonly queuedAtMs: number;
  readonly settle: (outcome: Outcome<JobResult>) => void;
}

/** Rows of a job: the first dimension of its first input. */
export const rowsOf = (job: Job): number => Object.values(job.inputs)[0]?.shape[0] ?? 1;

/** Requests may share a run if all but their first dimension is equal. */
export const likenessOf = (job: Job): string => {
  let likeness = "";
  for (const { name } of job.contract.inputs) likeness += `${job.inputs[name]?.shape.slice(1).join("x")},`;
  return likeness;
};
