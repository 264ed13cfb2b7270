import { DurableObject } from "cloudflare:workers";
import { EntryQueue } from "../../functions/keep/outbox/entryQueue.ts";
import type { LocalSqlValue } from "../../functions/keep/outbox/localSql.ts";

const DAY_MS = 86_400_000;
const RECORD_CHARACTERS = 1500;
const IMAGE_BYTES = 15_000;

interface Environment {
  readonly QUEUE: DurableObjectNamespace<Queue>;
}

/** The queue in the storage that counts: rows written and read, as Cloudflare bills them. */
export class Queue extends DurableObject<Environment> {
  /** Takes entries with their images through all stages, and answers rows per entry. */
  async count(entries: number): Promise<{ written: number; read: number }> {
    const { storage } = this.ctx;
    const rows = { written: 0, read: 0 };
    const exec = (query: string, ...bindings: LocalSqlValue[]) => {
      const cursor = storage.sql.exec<Record<string, LocalSqlValue>>(query, ...bindings);
      const answer = cursor.toArray();
      rows.written += cursor.rowsWritten;
      rows.read += cursor.rowsRead;
      return answer;
    };
    const queue = new EntryQueue(
      { exec, transaction: (work) => storage.transactionSync(work) },
      { maxEntries: entries, duplicateWindowMs: DAY_MS },
    );
    Object.assign(rows, { written: 0, read: 0 });
    for (let step = 0; step < entries; step += 1) queue.append([requestOf(step)], step);
    const seqs = queue.oldest("row", entries).map(({ seq }) => seq);
    queue.advance(seqs, "image");
    const pictured = queue.oldest("image", entries).map(({ seq }) => seq);
    queue.imageSizes(pictured);
    queue.images(pictured);
    queue.dropImages(seqs);
    queue.imageSizes(queue.oldest("vectors", entries).map(({ seq }) => seq));
    queue.remove(seqs);
    queue.forget(2 * DAY_MS);
    return { written: rows.written / entries, read: rows.read / entries };
  }
}

const requestOf = (step: number) => ({
  id: crypto.randomUUID(),
  createdAtMs: step,
  record: "r".repeat(RECORD_CHARACTERS),
  subjectRef: "subject",
  episodeId: "episode",
  step,
  contentHash: crypto.randomUUID(),
  image: {
    ciphertext: new ArrayBuffer(IMAGE_BYTES),
    nonce: new ArrayBuffer(12),
    contentType: "image/jpeg",
  },
});

export default {
  fetch: async (_request: Request, { QUEUE }: Environment) =>
    Response.json(await QUEUE.getByName("queue").count(250)),
};
