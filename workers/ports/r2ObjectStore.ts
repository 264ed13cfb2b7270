import type { Meter } from "../../functions/contracts/metrics.ts";
import { done, failed, type Outcome } from "../../functions/contracts/outcome.ts";
import type { ObjectStore, ObjectStoreFailure } from "../../functions/contracts/ports.ts";

class DeadlinePassed extends Error {}

const withDeadline = <Value>(work: Promise<Value>, timeoutMs: number): Promise<Value> => {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlinePassed()), timeoutMs);
  });
  return Promise.race([work, deadline]).finally(() => clearTimeout(timer));
};

/** R2 behind the object store port; every call has the same deadline. */
export function r2ObjectStore(bucket: R2Bucket, timeoutMs: number, meter: Meter): ObjectStore {
  const measured = async <Value>(
    operation: string,
    work: Promise<Value>,
  ): Promise<Outcome<Value, ObjectStoreFailure>> => {
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

  return {
    put: (key, body, contentType) =>
      measured(
        "put",
        bucket.put(key, body, { httpMetadata: { contentType } }).then(() => undefined),
      ),
    get: (key, range) =>
      measured(
        "get",
        bucket
          .get(
            key,
            range === undefined ? {} : { range: { offset: range.offsetBytes, length: range.lengthBytes } },
          )
          .then(async (object) => (object === null ? null : new Uint8Array(await object.arrayBuffer()))),
      ),
    delete: (keys) =>
      measured(
        "delete",
        bucket.delete([...keys]).then(() => undefined),
      ),
    list: (prefix, cursor) =>
      measured(
        "list",
        bucket.list({ prefix, ...(cursor === undefined ? {} : { cursor }) }).then((page) => ({
          keys: page.objects.map((object) => object.key),
          cursor: page.truncated ? page.cursor : null,
        })),
      ),
  };
}
