import type { EntryQueue } from "../outbox/entryQueue.ts";
import type { OutboxRow } from "../outbox/schema.ts";

/**
 * Cuts rows, in their order, into runs whose images weigh at most `maxBytes` together; a row that alone weighs
 * more is a run of its own. An isolate must never hold a whole batch of large pictures.
 */
export function cutByBytes(queue: EntryQueue, rows: readonly OutboxRow[], maxBytes: number): OutboxRow[][] {
  const sizes = queue.imageSizes(rows.map(({ seq }) => seq));
  const runs: OutboxRow[][] = [];
  let roomBytes = 0;
  for (const row of rows) {
    const sizeBytes = sizes.get(row.seq) ?? 0;
    const run = runs.at(-1);
    if (run === undefined || sizeBytes > roomBytes) {
      runs.push([row]);
      roomBytes = maxBytes - sizeBytes;
    } else {
      run.push(row);
      roomBytes -= sizeBytes;
    }
  }
  return runs;
}
