import type { Meter } from "../../functions/contracts/metrics.ts";
import { done, failed, type Outcome } from "../../functions/contracts/outcome.ts";
import type { ObjectStoreFailure } from "../../functions/contracts/ports.ts";

class DeadlinePassed extends Error {}

function withDeadline<Value>(work: Promise<Value>, timeoutMs: number): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlinePassed()), timeoutMs);
  });
  return Promise.race([work, deadline]).finally(() => {
    if (timer !== null) clearTimeout(timer);
  });
}

/** Runs a call of an object store within the deadline, counts it, and makes its failure a value. */
export const storeMeasure =
  (timeoutMs: number, meter: Meter) =>
  async <Value>(operation: string, work: Promise<Value>): Promise<Outcome<Value, ObjectStoreFailure>> => {
    try {
      const value = await withDeadline(work, timeoutMs);
      meter.count("headgate_object_store_calls_total", { operation, outcome: "ok" });
      return done(value);
    } catch (error) {
      const kind = error instanceof DeadlinePassed ? "timeout" : "unavailable";
      meter.count("headgate_object_store_calls_total", { operation, outcome: kind });
      return failed({ kind, detail: error instanceof Error ? error.name : "unknown" });
    }
  };
