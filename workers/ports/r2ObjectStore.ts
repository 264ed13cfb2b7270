import type { Meter } from "../../functions/contracts/metrics.ts";
import type { ObjectStore } from "../../functions/contracts/ports.ts";
import { storeMeasure } from "./measuredStore.ts";

/** R2 behind the object store port; every call has the same deadline. */
export function r2ObjectStore(bucket: R2Bucket, timeoutMs: number, meter: Meter): ObjectStore {
  const measured = storeMeasure(timeoutMs, meter);
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
