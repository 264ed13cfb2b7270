import { bigint, date, index, jsonb, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { bytea, organizationWall } from "./walls.ts";

/** What was done, by whom, chained by hash per organization; only `append_audit` writes it. */
export const auditLog = pgTable(
  "audit_log",
  {
    organizationId: uuid("organization_id").notNull(),
    seq: bigint({ mode: "number" }).notNull(),
    prevHash: bytea("prev_hash").notNull(),
    hash: bytea().notNull(),
    actor: text().notNull(),
    action: text().notNull(),
    target: text().notNull(),
    detail: jsonb().notNull(),
    at: timestamp({ withTimezone: true }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.seq] }),
    ...organizationWall(table.organizationId),
  ],
);

/** The newest link of each organization's audit chain, so that links cut off at the end are missed. */
export const auditHeads = pgTable(
  "audit_heads",
  {
    organizationId: uuid("organization_id").primaryKey(),
    seq: bigint({ mode: "number" }).notNull(),
    hash: bytea().notNull(),
    at: timestamp({ withTimezone: true }).notNull(),
    /** The newest link whose hash is signed in the object store, beyond the reach of whoever edits tables. */
    anchoredSeq: bigint("anchored_seq", { mode: "number" }).notNull().default(0),
  },
  (table) => [...organizationWall(table.organizationId)],
);

/** Units that each key with a quota of its own has used in a month; absolute values, like `billing_daily`. */
export const keyUsageMonthly = pgTable(
  "key_usage_monthly",
  {
    organizationId: uuid("organization_id").notNull(),
    keyId: uuid("key_id").notNull(),
    /** First day of the month. */
    month: date().notNull(),
    quotaUnits: bigint("quota_units", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.keyId, table.month] }),
    ...organizationWall(table.organizationId),
  ],
);

/** Requests per day, without a subject. Counters hold absolute values, so that a repeated flush adds nothing. */
export const billingDaily = pgTable(
  "billing_daily",
  {
    organizationId: uuid("organization_id").notNull(),
    day: date().notNull(),
    route: text().notNull(),
    model: text().notNull(),
    requests: bigint({ mode: "number" }).notNull(),
    quotaUnits: bigint("quota_units", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.day, table.route, table.model] }),
    ...organizationWall(table.organizationId),
  ],
);

/** Actions that were refused for safety: rules and circumstances, nobody and no text. Never expires. */
export const safetyIncidents = pgTable(
  "safety_incidents",
  {
    id: uuid().primaryKey(),
    organizationId: uuid("organization_id").notNull(),
    at: timestamp({ withTimezone: true }).notNull(),
    ruleIds: text("rule_ids").array().notNull(),
    model: text().notNull(),
    robotType: text("robot_type").notNull(),
  },
  (table) => [
    index("safety_incidents_organization").on(table.organizationId, table.at),
    ...organizationWall(table.organizationId),
  ],
);
