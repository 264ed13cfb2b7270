import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { bytea, organizationWall } from "./walls.ts";

const tierCheck = (column: string) => sql.raw(`${column} in ('none', 'basic', 'analytics', 'research')`);

/** Who is served. Limits that are null are those of the configuration. */
export const organizations = pgTable(
  "organizations",
  {
    id: uuid().primaryKey(),
    name: text().notNull(),
    slug: text().notNull().unique(),
    cell: text().notNull(),
    ratePerSecond: integer("rate_per_second"),
    quotaPerMonth: bigint("quota_per_month", { mode: "number" }),
    concurrency: integer(),
    settings: jsonb().notNull().default({}),
    /** Grows with every change, so that a stale limit can be told from a fresh one. */
    version: bigint({ mode: "number" }).notNull().default(1),
    /** When the row got its version; a trigger sees to that. */
    changedAt: timestamp("changed_at", { withTimezone: true }).notNull().defaultNow(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
    deletedAt: timestamp("deleted_at", { withTimezone: true }),
  },
  (table) => [...organizationWall(table.id)],
);

/** API keys, as a digest under a versioned pepper; `key_id` is the part of the key text that is no secret. */
export const apiKeys = pgTable(
  "api_keys",
  {
    id: uuid().primaryKey(),
    organizationId: uuid("organization_id")
      .notNull()
      .references(() => organizations.id),
    keyId: text("key_id").notNull().unique(),
    digest: bytea().notNull(),
    pepperVersion: integer("pepper_version").notNull(),
    hint: text().notNull(),
    environment: text({ enum: ["live", "test"] }).notNull(),
    scopes: text().array().notNull(),
    name: text().notNull(),
    /** Robot type, subject and model for clients that cannot send them. */
    defaults: jsonb().notNull().default({}),
    /** The strongest tier under which anything that comes with this key is kept; null: the ledger alone decides. */
    maxTier: text("max_tier", { enum: ["none", "basic", "analytics", "research"] }),
    /** The key that this one took over from. */
    rotatedFrom: uuid("rotated_from"),
    ratePerSecond: integer("rate_per_second"),
    quotaPerMonth: bigint("quota_per_month", { mode: "number" }),
    concurrency: integer(),
    cidrs: text().array().notNull().default([]),
    expiresAt: timestamp("expires_at", { withTimezone: true }),
    revokedAt: timestamp("revoked_at", { withTimezone: true }),
    /** Grows with every change, so that a stale verdict can be told from a fresh one. */
    version: bigint({ mode: "number" }).notNull().default(1),
    /** When the row got its version; a trigger sees to that. */
    changedAt: timestamp("changed_at", { withTimezone: true }).notNull().defaultNow(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
    lastUsedAt: timestamp("last_used_at", { withTimezone: true }),
  },
  (table) => [
    check("api_keys_environment", sql`${table.environment} in ('live', 'test')`),
    check("api_keys_key_id", sql`length(${table.keyId}) = 8`),
    check("api_keys_max_tier", tierCheck("max_tier")),
    index("api_keys_organization").on(table.organizationId, table.createdAt),
    index("api_keys_changed").on(table.changedAt),
    ...organizationWall(table.organizationId),
  ],
);

/** The ledger: every change of a tier, never changed itself. `subject_ref` '' is the person-free stream. */
export const consentEvents = pgTable(
  "consent_events",
  {
    id: uuid().primaryKey(),
    organizationId: uuid("organization_id")
      .notNull()
      .references(() => organizations.id),
    subjectRef: text("subject_ref").notNull(),
    tier: text({ enum: ["none", "basic", "analytics", "research"] }).notNull(),
    version: bigint({ mode: "number" }).notNull(),
    legalBasis: text("legal_basis").notNull(),
    noticeVersion: text("notice_version"),
    noticeHash: text("notice_hash"),
    actorKeyId: text("actor_key_id").notNull(),
    occurredAt: timestamp("occurred_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    unique("consent_events_version").on(table.organizationId, table.subjectRef, table.version),
    check("consent_events_tier", tierCheck("tier")),
    check("consent_events_version_positive", sql`${table.version} > 0`),
    ...organizationWall(table.organizationId),
  ],
);

/** What holds now for each subject: the last event of the ledger, and the seed of the subject's data key. */
export const consentCurrent = pgTable(
  "consent_current",
  {
    organizationId: uuid("organization_id").notNull(),
    subjectRef: text("subject_ref").notNull(),
    tier: text({ enum: ["none", "basic", "analytics", "research"] }).notNull(),
    version: bigint({ mode: "number" }).notNull(),
    consentEventId: uuid("consent_event_id").notNull(),
    legalBasis: text("legal_basis").notNull(),
    /** Seed of the key that encrypts what waits for anonymization; forgetting it destroys all of that. */
    keySeed: bytea("key_seed").notNull(),
    updatedAt: timestamp("updated_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.subjectRef] }),
    foreignKey({
      name: "consent_current_event",
      columns: [table.consentEventId],
      foreignColumns: [consentEvents.id],
    }),
    index("consent_current_changed").on(table.updatedAt),
    check("consent_current_tier", tierCheck("tier")),
    check("consent_current_key_seed", sql`length(${table.keySeed}) = 32`),
    ...organizationWall(table.organizationId),
  ],
);

/** What people were shown when they consented; a version is written once. Says nothing about anybody. */
export const consentNotices = pgTable(
  "consent_notices",
  {
    organizationId: uuid("organization_id")
      .notNull()
      .references(() => organizations.id),
    version: text().notNull(),
    language: text().notNull(),
    text: text().notNull(),
    /** SHA-256 of the text, hexadecimal. */
    hash: text().notNull(),
    actorKeyId: text("actor_key_id").notNull(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.version] }),
    ...organizationWall(table.organizationId),
  ],
);
