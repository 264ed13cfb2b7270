import { z } from "zod";

/**
 * Where an entry stands on its way out: its row is to be written, its image waits for its frame pack, its
 * vectors are to be made. Each stage is repeated until it succeeds, and is idempotent. What an older version
 * wrote and this one cannot read is set aside, so that it holds up nothing.
 */
export const STAGES = { row: 0, image: 1, vectors: 2, unreadable: 3 } as const;
export type Stage = keyof typeof STAGES;

/** One entry, as SQLite gives it back; its image lies apart, so that moving an entry on rewrites no picture. */
export const outboxRowSchema = z.object({
  seq: z.number(),
  id: z.string(),
  created_at_ms: z.number(),
  attempts: z.number(),
  /** Whose stream, and which episode of it: frames of one stream share an object. */
  stream: z.string(),
  has_image: z.number().transform((flag) => flag === 1),
  record: z.string(),
});
export type OutboxRow = z.infer<typeof outboxRowSchema>;

const bytesSchema = z.instanceof(ArrayBuffer).transform((buffer) => new Uint8Array(buffer));

/** The image of an entry as it waits: ciphertext, and its nonce. */
export const outboxImageSchema = z
  .object({ seq: z.number(), ciphertext: bytesSchema, nonce: bytesSchema, content_type: z.string() })
  .transform(({ seq, ciphertext, nonce, content_type: contentType }) => ({
    seq,
    ciphertext,
    nonce,
    contentType,
  }));
export type OutboxImage = z.infer<typeof outboxImageSchema>;

/** The tables of entries and images, and what the outbox remembers of content so as to know it again. */
export const OUTBOX_TABLES = [
  `create table if not exists entries (
     seq integer primary key, id text not null, created_at_ms integer not null,
     stage integer not null default 0, attempts integer not null default 0,
     stream text not null, has_image integer not null, record text not null)`,
  "create index if not exists entries_by_stage on entries (stage, seq)",
  `create table if not exists images (
     seq integer primary key, ciphertext blob not null, nonce blob not null, content_type text not null)`,
  `create table if not exists seen (
     mark text primary key, id text not null, seen_at_ms integer not null) without rowid`,
];
