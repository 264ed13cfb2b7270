import { connectDatabase } from "../drizzle/connect.ts";
import type { Configuration } from "../functions/contracts/configuration.ts";
import type { Meter } from "../functions/contracts/metrics.ts";
import type { Database } from "../functions/contracts/ports.ts";

/** A cold database on a busy machine may take its time, and while the cell starts nobody waits for an answer. */
const TIMEOUT_MS = 15_000;

/** Nothing is measured before anything serves. */
const NO_METER: Meter = { count: () => undefined, observe: () => undefined, set: () => undefined };

/** The database as the Worker sees it, for what happens once at start. */
export const openDatabase = ({ DATABASE_URL: url, DATABASE_HTTP_URL: httpUrl }: Configuration): Database =>
  connectDatabase({ url, httpUrl, timeoutMs: TIMEOUT_MS, meter: NO_METER });
