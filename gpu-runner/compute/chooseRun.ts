import type { BatchRunner } from "./computeWorker.ts";
import type { Priority } from "./job.ts";
import type { Lanes } from "./lanes.ts";
import type { Line } from "./line.ts";
import type { Lines } from "./lines.ts";

/** The line that is to run next, what of it, and where. */
export interface Run {
  readonly line: Line;
  readonly worker: BatchRunner;
  readonly priority: Priority;
  readonly sinceMs: number;
}

/** Batch work that waits may have a twentieth of the time of a machine that `act` keeps busy: it never starves. */
const ACT_SHARE = 19;

/** Of the lines that want a run now and have a free worker, the one whose oldest job is oldest. */
const chooseOldest = (lines: Lines, lanes: Lanes, priority: Priority, nowMs: number): Run | null => {
  let oldest: Run | null = null;
  for (const line of lines) {
    const sinceMs = line.oldestAtMs(priority);
    if (sinceMs === null || (oldest !== null && oldest.sinceMs <= sinceMs)) continue;
    if ((line.wantsRunAtMs(priority) ?? Number.POSITIVE_INFINITY) > nowMs) continue;
    const worker = lanes.freeAmong(line.deployment.workers);
    if (worker !== null) oldest = { line, worker, priority, sinceMs };
  }
  return oldest;
};

/**
 * What runs next; null where nothing can or should. `act` goes before batch work, which takes its turn when nothing
 * that moves robots waits, or when those have had nineteen times as long since its last run as it will take.
 */
export const chooseRun = (lines: Lines, lanes: Lanes, nowMs: number, actMsSinceBatch: number): Run | null => {
  if (!lanes.hasFree) return null;
  const act = chooseOldest(lines, lanes, "act", nowMs);
  if (!lanes.hasRoomForBatch) return act;
  const batch = chooseOldest(lines, lanes, "batch", nowMs);
  if (batch === null) return act;
  const isDue = actMsSinceBatch > 0 && actMsSinceBatch >= ACT_SHARE * batch.line.nextRunMs("batch");
  if (act !== null) return isDue ? batch : act;
  // What moves a robot may be about to run: batch work does not slip in before it.
  return isDue || lines.countWaiting("act") === 0 ? batch : null;
};
