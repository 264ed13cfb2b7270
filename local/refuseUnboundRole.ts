import { assertBoundRole } from "../drizzle/assertBoundRole.ts";
import { connectDatabase } from "../drizzle/connect.ts";
import { readConfiguration } from "../functions/contracts/configuration.ts";
import type { Meter } from "../functions/contracts/metrics.ts";
import { StartError } from "./supervise/startError.ts";

/** A cold database on a busy machine may take its time, and nobody waits for an answer here. */
const TIMEOUT_MS = 15_000;

const NO_METER: Meter = { count: () => undefined, observe: () => undefined, set: () => undefined };

/**
 * Refuses to start while the Worker's own database role is one that row-level security does not bind: the
 * second wall between organizations would not be there.
 */
export async function refuseUnboundRole(bindings: Readonly<Record<string, string>>): Promise<void> {
  const { DATABASE_URL: url, DATABASE_HTTP_URL: httpUrl } = readConfiguration(bindings);
  const bound = await assertBoundRole(
    connectDatabase({ url, httpUrl, timeoutMs: TIMEOUT_MS, meter: NO_METER }),
  );
  if (!bound.ok) throw new StartError(bound.failure.detail);
}
