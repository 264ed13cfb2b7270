import { z } from "zod";
import { lockDataDir } from "../dataDirLock.ts";
import type { Backend, Stats } from "./backend.ts";
import { markCreated, setAsideUnfinished } from "./dataDir.ts";
import { type Endpoint, listen } from "./endpoint.ts";
import { createPgBackend } from "./pgBackend.ts";
import { createPgliteBackend } from "./pgliteBackend.ts";
import { openPglite } from "./pgliteProcess.ts";

// The database process of the cell `local`: an embedded Postgres, or a real one, behind Neon's protocols.

const environmentSchema = z.object({
  HEADGATE_PG_PORT: z.coerce.number().int().min(0).max(65_535),
  HEADGATE_PG_DATA_DIR: z.string().min(1).optional(),
  HEADGATE_PG_PASSWORDS: z
    .string()
    .default("{}")
    .transform((text) => z.record(z.string(), z.string()).parse(JSON.parse(text))),
  HEADGATE_PG_URL: z.string().startsWith("postgres").optional(),
  HEADGATE_PG_BUFFERS_MB: z.coerce.number().int().min(16).max(2048).default(640),
  HEADGATE_PG_IDLE_IN_TRANSACTION_MS: z.coerce.number().int().positive().default(30_000),
});

/** Says in one sentence why this process cannot go on, and ends it. */
function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

const environment = environmentSchema.safeParse(process.env);
if (!environment.success)
  fail(
    `The database process is configured wrongly. ${environment.error.issues
      .map((issue) => `${issue.path.join(".")}: ${issue.message}`)
      .join("; ")}`,
  );
const settings = environment.data;
const stats: Stats = { calls: 0, queries: 0 };

const opened = Promise.withResolvers<Backend>();
const endpoint: Endpoint = await listen(settings.HEADGATE_PG_PORT, opened.promise, stats).catch((error) =>
  fail(
    error.code === "EADDRINUSE"
      ? `Port ${settings.HEADGATE_PG_PORT} is in use, so the database cannot listen on it; free it or choose another.`
      : `The database cannot listen on port ${settings.HEADGATE_PG_PORT}: ${error.message}`,
  ),
);
const { backend, release } = await open();
opened.resolve(backend);

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await endpoint.close();
  await backend.close();
  release();
  process.exit(0);
}
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
// A parent that died cannot send a signal; its end of the channel closes.
if (process.send) process.on("disconnect", stop);
process.stdout.write("ready\n");

async function open(): Promise<{ backend: Backend; release: () => void }> {
  if (settings.HEADGATE_PG_URL !== undefined)
    return { backend: createPgBackend(settings.HEADGATE_PG_URL, stats), release: () => undefined };
  const dataDir = settings.HEADGATE_PG_DATA_DIR;
  if (dataDir === undefined)
    return fail("Set HEADGATE_PG_DATA_DIR, or HEADGATE_PG_URL for a server of your own.");
  const lock = lockDataDir(dataDir);
  if (!lock.ok)
    return fail(
      `The data folder ${dataDir} is in use by process ${lock.failure.heldByPid}; stop that one, or choose another folder.`,
    );
  const crash = (reason: string): never => {
    lock.value.release();
    return fail(`The embedded Postgres over ${dataDir} died: ${reason}`);
  };
  setAsideUnfinished(dataDir);
  const opening = openPglite({ dataDir, buffersMb: settings.HEADGATE_PG_BUFFERS_MB }, crash);
  const database = await opening.catch((error) => crash(error.message));
  markCreated(dataDir);
  const backend = createPgliteBackend(database, {
    passwords: settings.HEADGATE_PG_PASSWORDS,
    stats,
    idleInTransactionMs: settings.HEADGATE_PG_IDLE_IN_TRANSACTION_MS,
  });
  return { backend, release: () => lock.value.release() };
}
