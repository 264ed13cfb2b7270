import { z } from "zod";

/**
 * Where an entry stands on its way out: its row is to be written, its image waits for its frame pack, its
 * vectors are to be made. Each stage is repeated until it succeeds, and is idempotent. What an older version
 * wrote and this one cannot read is set aside, so that it holds up nothing.
 */
export const STAGES = { row: 0, image: 1, vectors: 2, unreadable: 3 } as const;
export type Stage = keyof typeof STAGES;

const bytesSchema = z.instanceof(ArrayBuffer);

/** One row of the outbox's own table, as SQLite gives it back. */
export const outboxRowSchema = z.object({
  seq: z.number(),
  id: z.string(),
  created_at_ms: z.number(),
  stage: z.number(),
  attempts: z.number(),
  record: z.string(),
  image: bytesSchema.nullable(),
  nonce: bytesSchema.nullable(),
  image_type: z.string().nullable(),
});
export type OutboxRow = z.infer<typeof outboxRowSchema>;

/** The table of entries, and what the outbox remembers of content so as to know it again. */
export const OUTBOX_TABLES = [
  `create table if not exists entries (
     seq integer primary key, id text not null, created_at_ms integer not null,
     stage integer not null default 0, attempts integer not null default 0,
     record text not null, image blob, nonce blob, image_type text)`,
  "create index if not exists entries_by_stage on entries (stage, seq)",
  `create table if not exists seen (
     mark text primary key, id text not null, seen_at_ms integer not null) without rowid`,
  "create index if not exists seen_by_age on seen (seen_at_ms)",
];
