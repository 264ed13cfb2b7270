import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { z } from "zod";
import { connectDatabase } from "../drizzle/connect.ts";
import type { Stack } from "../local/stack.ts";
import { readWaitingEntries } from "./counters.ts";

export interface StoredRows {
  /** Rows of `inferences`. */
  readonly rows: number;
  /** Of these, how many still wait for their image. */
  readonly waitingImages: number;
}

const POLL_MS = 250;
const NO_METER = { count: () => undefined, observe: () => undefined, set: () => undefined };
const demoSchema = z.object({ organization_id: z.uuid() });
const countsSchema = z.object({ rows: z.number(), waiting_images: z.number() });

/** Counts what lies in Postgres, through the serving role and its row-level security. */
export async function countStoredRows({ dataDir, bindings }: Stack): Promise<StoredRows> {
  const { organization_id: organizationId } = demoSchema.parse(
    JSON.parse(readFileSync(join(dataDir, "demo.json"), "utf8")),
  );
  const database = connectDatabase({
    url: bindings.DATABASE_URL ?? "",
    httpUrl: bindings.DATABASE_HTTP_URL,
    timeoutMs: 30_000,
    meter: NO_METER,
  });
  const answer = await database.forOrg(organizationId, [
    sql`select count(*)::int as rows, count(*) filter (where image_state = 'pending')::int as waiting_images from inferences`,
  ]);
  if (!answer.ok) throw new Error(`Postgres does not count: ${answer.failure.detail}`);
  const { rows, waiting_images: waitingImages } = countsSchema.parse(answer.value[0]?.[0]);
  return { rows, waitingImages };
}

/**
 * Waits until the outboxes are empty, or until `timeoutMs` have passed; answers what is stored then. Looks
 * rarely, so as not to slow down what it waits for.
 */
export async function waitUntilDrained(stack: Stack, timeoutMs: number): Promise<StoredRows> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const stored = await countStoredRows(stack);
    const waiting = stored.waitingImages + (await readWaitingEntries(stack));
    if (waiting === 0 || performance.now() > deadlineMs) return stored;
    await sleep(POLL_MS);
  }
}
