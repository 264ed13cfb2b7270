import type { AppendResult } from "../../contracts/ports.ts";
import type { LocalSql, LocalSqlValue } from "./localSql.ts";
import { OUTBOX_TABLES, type OutboxRow, outboxRowSchema, STAGES, type Stage } from "./schema.ts";

/** An entry in the form in which it crosses into the outbox: what the seal step wrote, still sealed. */
export interface AppendRequest {
  readonly id: string;
  readonly createdAtMs: number;
  readonly record: string;
  readonly subjectRef: string | null;
  readonly episodeId: string | null;
  readonly step: number | null;
  readonly contentHash: string;
  readonly image: {
    readonly ciphertext: ArrayBuffer;
    readonly nonce: ArrayBuffer;
    readonly contentType: string;
  } | null;
}

export interface QueueLimits {
  readonly maxEntries: number;
  readonly duplicateWindowMs: number;
}

export interface QueueDepth {
  readonly entries: number;
  readonly oldestAtMs: number | null;
}

const placeholders = (count: number): string => Array.from({ length: count }, () => "?").join(",");

/** The entries of one outbox, kept in the Durable Object's SQLite. */
export class EntryQueue {
  readonly #sql: LocalSql;
  readonly #limits: QueueLimits;
  #entries: number;

  constructor(sql: LocalSql, limits: QueueLimits) {
    this.#sql = sql;
    this.#limits = limits;
    for (const statement of OUTBOX_TABLES) sql.exec(statement);
    this.#entries = Number(sql.exec("select count(*) as entries from entries")[0]?.entries ?? 0);
  }

  /**
   * Takes an entry in, once: an equal id is the same entry again, equal content or an equal (episode, step)
   * within the window is a duplicate, a full outbox refuses.
   */
  append(request: AppendRequest, nowMs: number): AppendResult {
    if (this.#entries >= this.#limits.maxEntries) return { kind: "unavailable", reason: "full" };
    const marks = marksOf(request);
    return this.#sql.transaction(() => {
      const known = this.#firstSeen(marks, nowMs);
      if (known === request.id) return { kind: "recorded" };
      if (known !== null) return { kind: "duplicate", of: known };
      this.#insert(request);
      for (const mark of marks) {
        this.#sql.exec(
          "insert or replace into seen (mark, id, seen_at_ms) values (?, ?, ?)",
          mark,
          request.id,
          nowMs,
        );
      }
      this.#entries += 1;
      return { kind: "recorded" };
    });
  }

  /** The oldest entries of a stage, at most `limit`. */
  oldest(stage: Stage, limit: number): OutboxRow[] {
    const rows = this.#sql.exec(
      "select * from entries where stage = ? order by seq limit ?",
      STAGES[stage],
      limit,
    );
    return rows.map((row) => outboxRowSchema.parse(row));
  }

  /** Moves entries to a later stage, with no attempts counted against it yet. */
  advance(seqs: readonly number[], stage: Stage): void {
    this.#inChunks(seqs, (chunk) =>
      this.#sql.exec(
        `update entries set stage = ?, attempts = 0 where seq in (${placeholders(chunk.length)})`,
        STAGES[stage],
        ...chunk,
      ),
    );
  }

  /** Drops the image of entries whose picture is given up, and moves them on. */
  dropImages(seqs: readonly number[]): void {
    this.#inChunks(seqs, (chunk) =>
      this.#sql.exec(
        `update entries set image = null, nonce = null, stage = ?, attempts = 0 where seq in (${placeholders(chunk.length)})`,
        STAGES.vectors,
        ...chunk,
      ),
    );
  }

  /** Counts a failure against entries. */
  countAttempt(seqs: readonly number[]): void {
    this.#inChunks(seqs, (chunk) =>
      this.#sql.exec(
        `update entries set attempts = attempts + 1 where seq in (${placeholders(chunk.length)})`,
        ...chunk,
      ),
    );
  }

  remove(seqs: readonly number[]): void {
    this.#sql.transaction(() =>
      this.#inChunks(seqs, (chunk) => {
        const where = `seq in (${placeholders(chunk.length)})`;
        const [row] = this.#sql.exec(`select count(*) as present from entries where ${where}`, ...chunk);
        this.#sql.exec(`delete from entries where ${where}`, ...chunk);
        this.#entries -= Number(row?.present ?? 0);
      }),
    );
  }

  depth(): QueueDepth {
    const [row] = this.#sql.exec("select created_at_ms as oldest from entries order by seq limit 1");
    return { entries: this.#entries, oldestAtMs: typeof row?.oldest === "number" ? row.oldest : null };
  }

  /** Forgets content seen longer ago than the window. */
  forget(nowMs: number): void {
    this.#sql.exec("delete from seen where seen_at_ms < ?", nowMs - this.#limits.duplicateWindowMs);
  }

  #firstSeen(marks: readonly string[], nowMs: number): string | null {
    const rows = this.#sql.exec(
      `select id from seen where mark in (${placeholders(marks.length)}) and seen_at_ms >= ? limit 1`,
      ...marks,
      nowMs - this.#limits.duplicateWindowMs,
    );
    const id = rows[0]?.id;
    return typeof id === "string" ? id : null;
  }

  #insert(request: AppendRequest): void {
    const bindings: LocalSqlValue[] = [
      request.id,
      request.createdAtMs,
      request.record,
      request.image?.ciphertext ?? null,
      request.image?.nonce ?? null,
      request.image?.contentType ?? null,
    ];
    this.#sql.exec(
      `insert into entries (id, created_at_ms, record, image, nonce, image_type)
       values (?, ?, ?, ?, ?, ?)`,
      ...bindings,
    );
  }

  // SQLite in a Durable Object takes at most 100 bound values in a statement.
  #inChunks(seqs: readonly number[], run: (chunk: readonly number[]) => void): void {
    for (let start = 0; start < seqs.length; start += 90) run(seqs.slice(start, start + 90));
  }
}

function marksOf(request: AppendRequest): string[] {
  const marks = [`content:${request.contentHash}`];
  if (request.episodeId !== null && request.step !== null) {
    marks.push(`step:${request.subjectRef ?? ""}:${request.episodeId}:${request.step}`);
  }
  return marks;
}
