import { Worker } from "node:worker_threads";
import { z } from "zod";

const answerSchema = z.object({ id: z.number(), bytes: z.instanceof(Uint8Array) });

/** The embedded Postgres: takes frontend messages of the wire protocol, answers backend messages. */
export interface WireDatabase {
  exchange(bytes: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface PgliteOptions {
  readonly dataDir: string;
  /** Memory for pages; it is written over with zeros at start, which takes some 2 ms a megabyte. */
  readonly buffersMb: number;
}

/**
 * Opens PGlite with pgvector over a data folder, in a thread of its own; creates the database where the
 * folder is empty. `onCrash` is told when the thread dies by itself: its database is then gone for good.
 */
export async function openPglite(
  options: PgliteOptions,
  onCrash: (reason: string) => void,
): Promise<WireDatabase> {
  const thread = new Worker(new URL("./pgliteThread.ts", import.meta.url), { workerData: options });
  const waiting = new Map<number, (bytes: Uint8Array) => void>();
  let nextId = 1;
  let closing = false;

  const ask = (message: object): Promise<Uint8Array> => {
    const id = nextId++;
    return new Promise((resolve) => {
      waiting.set(id, resolve);
      thread.postMessage({ id, ...message });
    });
  };
  thread.on("message", (message: unknown) => {
    const { id, bytes } = answerSchema.parse(message);
    waiting.get(id)?.(bytes);
    waiting.delete(id);
  });

  await new Promise<void>((resolve, reject) => {
    waiting.set(0, () => resolve());
    thread.once("error", reject);
  });
  thread.on("error", (error) => onCrash(error instanceof Error ? error.message : String(error)));
  thread.on("exit", () => {
    if (!closing) onCrash("its thread ended");
  });

  return {
    exchange: (bytes) => ask({ bytes }),
    close: async () => {
      closing = true;
      await ask({ close: true });
      await thread.terminate();
    },
  };
}
