import { once } from "node:events";
import { z } from "zod";
import { lockDataDir } from "../dataDirLock.ts";
import { announceReady, failToStart, stopWithSupervisor } from "../process/part.ts";
import { openStore } from "./openStore.ts";
import { connectRealRedis } from "./realRedis.ts";
import { createRestServer, type RedisBackend } from "./restServer.ts";

const settingsSchema = z.object({
  HEADGATE_REDIS_PORT: z.coerce.number().int().min(0).max(65_535),
  HEADGATE_REDIS_TOKEN: z.string().min(1),
  HEADGATE_REDIS_DATA_DIR: z.string().default(".headgate/redis"),
  HEADGATE_REDIS_URL: z.url().optional(),
});

type Settings = z.infer<typeof settingsSchema>;

const MAINTAIN_EVERY_MS = 10_000;

interface OpenBackend {
  readonly backend: RedisBackend;
  close(): void;
}

async function openBackend(settings: Settings): Promise<OpenBackend> {
  if (settings.HEADGATE_REDIS_URL !== undefined) {
    const backend = await connectRealRedis(settings.HEADGATE_REDIS_URL);
    return { backend, close: backend.close };
  }
  const folder = settings.HEADGATE_REDIS_DATA_DIR;
  const lock = lockDataDir(folder);
  if (!lock.ok)
    throw new Error(
      `The data folder ${folder} is in use by process ${lock.failure.heldByPid}; stop that one.`,
    );
  const opened = openStore(folder, Date.now);
  const timer = setInterval(opened.maintain, MAINTAIN_EVERY_MS);
  const close = () => {
    clearInterval(timer);
    opened.close();
    lock.value.release();
  };
  return { backend: opened.store, close };
}

/** The Redis part of the local cell, a process of its own: prints `ready` when it serves. */
async function main(): Promise<void> {
  const settings = settingsSchema.parse(process.env);
  const { backend, close } = await openBackend(settings);
  const server = createRestServer({ backend, token: settings.HEADGATE_REDIS_TOKEN });
  server.listen(settings.HEADGATE_REDIS_PORT, "127.0.0.1");
  await once(server, "listening");
  stopWithSupervisor(() => {
    server.closeAllConnections();
    server.close();
    close();
  });
  announceReady();
}

main().catch(failToStart);
