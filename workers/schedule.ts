import { sql } from "drizzle-orm";
import { z } from "zod";
import { flushUsage } from "../functions/guard/leases/flushUsage.ts";
import { republishChanges } from "../functions/guard/leases/republishChanges.ts";
import { outboxShardNames } from "../functions/keep/outbox/shards.ts";
import { anchorHeads } from "../functions/observe/audit/anchorHeads.ts";
import { flushMetrics } from "../functions/observe/flushMetrics.ts";
import { outboxNamespace } from "./ports/outboxNamespace.ts";
import { socketNamespace } from "./ports/socketNamespace.ts";
import type { Services } from "./services.ts";
import { sweepOutboxes } from "./sweepOutboxes.ts";

const organizationSchema = z.object({ id: z.string() });

/** Months and days for which partitions are made ahead of time: a missed night or two must not matter. */
const MONTHS_AHEAD = 2;
const DAYS_AHEAD = 7;

/**
 * What happens at start and every five minutes: outboxes that have something are woken, Redis is told what it
 * missed, usage is written down, partitions are made and dropped, views refreshed, audit logs anchored. Each
 * part is idempotent and stands alone.
 */
export async function runSchedule(services: Services): Promise<void> {
  await sweepOrganizations(services);
  await Promise.allSettled([
    repeatChanges(services),
    flushUsage(services),
    maintainDatabase(services),
    anchorHeads(services),
  ]);
  await flushMetrics({ meter: services.meter, keyValue: services.keyValue });
}

async function sweepOrganizations({ database, environment, configuration, logger }: Services): Promise<void> {
  const organizations = await database.platform(sql`select active_organizations() as id`);
  if (!organizations.ok) {
    logger.warn("dependency_failed", { part: "postgres", failureKind: organizations.failure.kind });
    return;
  }
  const shards = organizations.value
    .map((row) => organizationSchema.parse(row).id)
    .flatMap((id) => outboxShardNames(id, configuration.OUTBOX_SHARDS));
  await sweepOutboxes(shards, {
    outboxes: outboxNamespace(environment, configuration),
    sockets: socketNamespace(environment, configuration),
  });
}

async function repeatChanges(services: Services): Promise<void> {
  const repeated = await republishChanges(services);
  if (repeated.ok) return;
  services.logger.warn("dependency_failed", { part: repeated.failure, failureKind: "unavailable" });
}

async function maintainDatabase({ database, configuration, logger }: Services): Promise<void> {
  const { RETENTION_METADATA_MONTHS, RETENTION_BODIES_DAYS } = configuration;
  const statements = [
    sql`select ensure_partitions(${MONTHS_AHEAD}, ${DAYS_AHEAD})`,
    sql`select drop_expired_partitions(${RETENTION_METADATA_MONTHS}, ${RETENTION_BODIES_DAYS})`,
    sql`select analyze_changed_tables()`,
    sql`select refresh_views()`,
  ];
  for (const statement of statements) {
    const answer = await database.platform(statement);
    if (!answer.ok) logger.warn("dependency_failed", { part: "postgres", failureKind: answer.failure.kind });
  }
}
