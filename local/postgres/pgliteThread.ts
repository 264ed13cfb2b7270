import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";
import { z } from "zod";

// The thread in which the embedded Postgres runs: it blocks while it computes, and the endpoint must not.

const requestSchema = z.union([
  z.object({ id: z.number(), bytes: z.instanceof(Uint8Array) }),
  z.object({ id: z.number(), close: z.literal(true) }),
]);

const { dataDir, buffersMb } = z.object({ dataDir: z.string(), buffersMb: z.number() }).parse(workerData);

/**
 * One gigabyte of write-ahead log is the server's default, and no use on a developer's disk. The buffers should
 * hold what is searched, which by default are 100,000 texts with their vectors, index and records: each page that
 * they do not hold is a read through the file system of the sandbox, at some 55 µs, and with 128 MB a search made
 * some 300.
 */
const SETTINGS = ["-c", "max_wal_size=128MB", "-c", `shared_buffers=${buffersMb}MB`];

const database = await PGlite.create({
  dataDir,
  extensions: { vector },
  startParams: [...PGlite.defaultStartParams, ...SETTINGS],
});

parentPort?.on("message", async (message: unknown) => {
  const request = requestSchema.parse(message);
  if ("close" in request) {
    await database.close();
    parentPort?.postMessage({ id: request.id, bytes: new Uint8Array(0) });
    parentPort?.close();
    return;
  }
  // A copy: the answer is a view into the memory of the database, which the next request reuses.
  const bytes = new Uint8Array(await database.execProtocolRaw(request.bytes));
  parentPort?.postMessage({ id: request.id, bytes }, [bytes.buffer]);
});
parentPort?.postMessage({ id: 0, bytes: new Uint8Array(0) });
