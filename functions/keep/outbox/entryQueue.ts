import type { AppendResult } from "../../contracts/ports.ts";
import type { LocalSql, LocalSqlValue } from "./localSql.ts";
import {
  OUTBOX_TABLES,
  type OutboxImage,
  type OutboxRow,
  outboxImageSchema,
  outboxRowSchema,
  STAGES,
  type Stage,
} from "./schema.ts";

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

// SQLite in a Durable Object takes at most 100 bound values in a statement.
const VALUES_PER_STATEMENT = 90;

const FORGET_PAUSE_MS = 60_000;

const listOf = (values: readonly unknown[]): string => `(${values.map(() => "?").join(",")})`;

/** The entries of one outbox, kept in the Durable Object's SQLite. */
export class EntryQueue {
  readonly #sql: LocalSql;
  readonly #limits: QueueLimits;
  #entries: number;
  #forgotAtMs = 0;

  constructor(sql: LocalSql, limits: QueueLimits) {
    this.#sql = sql;
    this.#limits = limits;
    for (const statement of OUTBOX_TABLES) sql.exec(statement);
    this.#entries = Number(sql.exec("select count(*) as entries from entries")[0]?.entries ?? 0);
  }

  /**
   * Takes entries in, each once, all in one transaction: an equal id is the same entry again, equal content or
   * an equal (episode, step) within the window is a duplicate, a full outbox refuses. Results in their order.
   */
  append(requests: readonly AppendRequest[], nowMs: number): AppendResult[] {
    let added = 0;
    const results = this.#sql.transaction(() =>
      requests.map((request): AppendResult => {
        if (this.#entries + added >= this.#limits.maxEntries) return { kind: "unavailable", reason: "full" };
        const known = this.#firstSeen(request, nowMs);
        if (known === request.id) return { kind: "recorded" };
        if (known !== null) return { kind: "duplicate", of: known };
        this.#insert(request, nowMs);
        added += 1;
        return { kind: "recorded" };
      }),
    );
    this.#entries += added;
    return results;
  }

  /** The oldest entries of a stage, at most `limit`. */
  oldest(stage: Stage, limit: number): OutboxRow[] {
    const query = "select * from entries where stage = ? order by seq limit ?";
    return this.#sql.exec(query, STAGES[stage], limit).map((row) => outboxRowSchema.parse(row));
  }

  /** The images of entries, those that have one. */
  images(seqs: readonly number[]): OutboxImage[] {
    return this.#inChunks(seqs, (chunk) =>
      this.#sql.exec(`select * from images where seq in ${listOf(chunk)}`, ...chunk),
    ).map((row) => outboxImageSchema.parse(row));
  }

  /** Moves entries to a later stage, with no attempts counted against it yet. */
  advance(seqs: readonly number[], stage: Stage): void {
    this.#inChunks(seqs, (chunk) =>
      this.#sql.exec(
        `update entries set stage = ?, attempts = 0 where seq in ${listOf(chunk)}`,
        STAGES[stage],
        ...chunk,
      ),
    );
  }

  /** Drops the image of entries that no longer need one, and moves them on to their vectors. */
  dropImages(seqs: readonly number[]): void {
    this.#sql.transaction(() => {
      this.#inChunks(seqs, (chunk) => {
        this.#sql.exec(`delete from images where seq in ${listOf(chunk)}`, ...chunk);
        return this.#sql.exec(`update entries set has_image = 0 where seq in ${listOf(chunk)}`, ...chunk);
      });
      this.advance(seqs, "vectors");
    });
  }

  /** Counts a failure against entries. */
  countAttempt(seqs: readonly number[]): void {
    this.#inChunks(seqs, (chunk) =>
      this.#sql.exec(`update entries set attempts = attempts + 1 where seq in ${listOf(chunk)}`, ...chunk),
    );
  }

  remove(seqs: readonly number[]): void {
    this.#sql.transaction(() => {
      const removed = this.#inChunks(seqs, (chunk) => {
        this.#sql.exec(`delete from images where seq in ${listOf(chunk)}`, ...chunk);
        return this.#sql.exec(`delete from entries where seq in ${listOf(chunk)} returning seq`, ...chunk);
      });
      this.#entries -= removed.length;
    });
  }

  /** Removes entries that were not stored, and all memory of them: should they come back, they are taken in. */
  release(entries: readonly Pick<OutboxRow, "seq" | "id">[]): void {
    if (entries.length === 0) return;
    const ids = JSON.stringify(entries.map(({ id }) => id));
    this.#sql.exec("delete from seen where id in (select value from json_each(?))", ids);
    this.remove(entries.map(({ seq }) => seq));
  }

  depth(): QueueDepth {
    const [row] = this.#sql.exec("select created_at_ms as oldest from entries order by seq limit 1");
    return { entries: this.#entries, oldestAtMs: typeof row?.oldest === "number" ? row.oldest : null };
  }

  /** Forgets content seen longer ago than the window; looks at most once a minute, for it reads them all. */
  forget(nowMs: number): void {
    if (nowMs - this.#forgotAtMs < FORGET_PAUSE_MS) return;
    this.#forgotAtMs = nowMs;
    this.#sql.exec("delete from seen where seen_at_ms < ?", nowMs - this.#limits.duplicateWindowMs);
  }

  #firstSeen(request: AppendRequest, nowMs: number): string | null {
    const marks = marksOf(request);
    const rows = this.#sql.exec(
      `select id from seen where mark in ${listOf(marks)} and seen_at_ms >= ? limit 1`,
      ...marks,
      nowMs - this.#limits.duplicateWindowMs,
    );
    const id = rows[0]?.id;
    return typeof id === "string" ? id : null;
  }

  #insert(request: AppendRequest, nowMs: number): void {
    const { id, createdAtMs, record, image, subjectRef, episodeId } = request;
    const stream = `${subjectRef ?? ""} ${episodeId ?? ""}`;
    const [row] = this.#sql.exec(
      `insert into entries (id, created_at_ms, stream, has_image, record) values (?, ?, ?, ?, ?) returning seq`,
      id,
      createdAtMs,
      stream,
      image === null ? 0 : 1,
      record,
    );
    for (const mark of marksOf(request)) {
      this.#sql.exec("insert or replace into seen (mark, id, seen_at_ms) values (?, ?, ?)", mark, id, nowMs);
    }
    if (image === null || row?.seq === undefined) return;
    const { ciphertext, nonce, contentType } = image;
    this.#sql.exec("insert into images values (?, ?, ?, ?)", row.seq, ciphertext, nonce, contentType);
  }

  #inChunks(
    seqs: readonly number[],
    run: (chunk: readonly number[]) => readonly Record<string, LocalSqlValue>[],
  ): Record<string, LocalSqlValue>[] {
    const rows: Record<string, LocalSqlValue>[] = [];
    for (let start = 0; start < seqs.length; start += VALUES_PER_STATEMENT) {
      rows.push(...run(seqs.slice(start, start + VALUES_PER_STATEMENT)));
    }
    return rows;
  }
}

function marksOf(request: AppendRequest): string[] {
  const marks = [`content:${request.contentHash}`];
  if (request.episodeId !== null && request.step !== null) {
    marks.push(`step:${request.subjectRef ?? ""}:${request.episodeId}:${request.step}`);
  }
  return marks;
}
