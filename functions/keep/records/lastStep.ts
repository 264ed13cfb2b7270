import { sql } from "drizzle-orm";
import { z } from "zod";
import { inferences } from "../../../drizzle/keep.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Database, WaitingRecords } from "../../contracts/ports.ts";

export interface LastStepPorts {
  readonly waitingRecords: WaitingRecords;
  readonly database: Database;
}

const rowSchema = z.object({ step: z.number().int().nullable() });

/**
 * The greatest step of an episode that is recorded, whether it waits or is stored; null where none is. What waits
 * is asked for first: a record that is stored meanwhile is then found in the table. Fails when either cannot be asked.
 */
export async function lastStep(
  organizationId: string,
  episodeId: string,
  { waitingRecords, database }: LastStepPorts,
): Promise<Outcome<number | null, "unavailable">> {
  const waiting = await waitingRecords.find(organizationId, { episodeId });
  if (!waiting.ok) return failed("unavailable");
  const stored = await database.forOrg(organizationId, [
    sql`select max(step) as step from ${inferences}
        where organization_id = ${organizationId} and episode_id = ${episodeId}`,
  ]);
  if (!stored.ok) return failed("unavailable");
  const steps = [
    ...waiting.value.map(({ metadata }) => metadata.step),
    ...(stored.value[0] ?? []).map((row) => rowSchema.parse(row).step),
  ].filter((step) => step !== null);
  return done(steps.length === 0 ? null : Math.max(...steps));
}
