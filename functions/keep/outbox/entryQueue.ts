import { z } from "zod";
import type { AppendResult, WaitingQuestion } from "../../contracts/ports.ts";
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

/** How many milliseconds lie between two looks for content to forget. */
const FORGET_PAUSE_MS = 60_000;

// A list of short values goes in as one bound JSON array: a statement takes at most 100 bound values, and each
// call costs. Records go in one by one: as parts of a JSON text they would be escaped and parsed once more.
const AMONG = "in (select value from json_each(?))";

/** A stream is a subject's reference, which holds no space, then the episode. */
const OF_EPISODE = `with ends as (
    select min(seq) as first, max(seq) as last from entries
    where substr(stream, instr(stream, ' ') + 1) = ? group by stream)
  select record from entries where seq in (select first from ends union select last from ends)`;

const recordSchema = outboxRowSchema.pick({ record: true });
const sizeSchema = z.object({ seq: z.number(), size_bytes: z.number() });
const seenSchema = z.object({ mark: z.string(), id: z.string() });

/** The entries of one outbox, kept in the Durable Object's SQLite. */
export class EntryQueue {
  readonly #sql: LocalSql;
  readonly #limits: QueueLimits;
  #entries: number;
  /** The next entry's place, counted here: to have SQLite give it and read it back costs as much as the insert. */
  #nextSeq: number;
  #forgotAtMs = 0;

  constructor(sql: LocalSql, limits: QueueLimits) {
    this.#sql = sql;
    this.#limits = limits;
    for (const statement of OUTBOX_TABLES) sql.exec(statement);
    const [held] = sql.exec("select count(*) as entries, max(seq) as last from entries");
    this.#entries = Number(held?.entries ?? 0);
    this.#nextSeq = Number(held?.last ?? 0) + 1;
  }

  /**
   * Takes entries in, each once, all in one transaction: an equal id is the same entry again, equal content or
   * an equal (episode, step) within the window is a duplicate, a full outbox refuses. Results in their order.
   */
  append(requests: readonly AppendRequest[], nowMs: number): AppendResult[] {
    const accepted: AppendRequest[] = [];
    const results = this.#sql.transaction(() => {
      const seen = this.#seen(requests.flatMap(marksOf), nowMs);
      const judged = requests.map((request): AppendResult => {
        const marks = marksOf(request);
        const known = marks.find((mark) => seen.has(mark));
        const first = known === undefined ? undefined : seen.get(known);
        if (first === request.id) return { kind: "recorded" };
        if (known !== undefined && first !== undefined) {
          return { kind: "duplicate", of: first, rule: ruleOf(known) };
        }
        if (this.#entries + accepted.length >= this.#limits.maxEntries)
          return { kind: "unavailable", reason: "full" };
        for (const mark of marks) seen.set(mark, request.id);
        accepted.push(request);
        return { kind: "recorded" };
      });
      if (accepted.length > 0) this.#insert(accepted, nowMs);
      return judged;
    });
    this.#entries += accepted.length;
    return results;
  }

  /** The oldest entries of a stage, at most `limit`. */
  oldest(stage: Stage, limit: number): OutboxRow[] {
    const query = "select * from entries where stage = ? order by seq limit ?";
    return this.#sql.exec(query, STAGES[stage], limit).map((row) => outboxRowSchema.parse(row));
  }

  /** The images of entries, those that have one. */
  images(seqs: readonly number[]): OutboxImage[] {
    return this.#among("select * from images where seq", seqs).map((row) => outboxImageSchema.parse(row));
  }

  /** How much these entries' images weigh, in bytes by place; SQLite knows without reading them. */
  imageSizes(seqs: readonly number[]): Map<number, number> {
    const rows = this.#among("select seq, length(ciphertext) as size_bytes from images where seq", seqs);
    return new Map(
      rows.map((row) => sizeSchema.parse(row)).map(({ seq, size_bytes: sizeBytes }) => [seq, sizeBytes]),
    );
  }

  /** Moves entries to a later stage, with no attempts counted against it yet. */
  advance(seqs: readonly number[], stage: Stage): void {
    this.#among(`update entries set stage = ${STAGES[stage]}, attempts = 0 where seq`, seqs);
  }

  /** Drops the image of entries that no longer need one, and moves them on to their vectors. */
  dropImages(seqs: readonly number[]): void {
    this.#sql.transaction(() => {
      this.#among("delete from images where seq", seqs);
      this.#among(
        `update entries set has_image = 0, stage = ${STAGES.vectors}, attempts = 0 where seq`,
        seqs,
      );
    });
  }

  /** Counts a failure against entries. */
  countAttempt(seqs: readonly number[]): void {
    this.#among("update entries set attempts = attempts + 1 where seq", seqs);
  }

  remove(seqs: readonly number[]): void {
    this.#sql.transaction(() => {
      this.#among("delete from images where seq", seqs);
      const removed = this.#among("delete from entries where seq", seqs, "returning seq");
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

  /** The records that wait, as `append` took them: of that id, or the first and last of each stream of an episode. */
  find(question: WaitingQuestion): string[] {
    const rows =
      "inferenceId" in question
        ? this.#sql.exec("select record from entries where id = ?", question.inferenceId)
        : this.#sql.exec(OF_EPISODE, question.episodeId);
    return rows.map((row) => recordSchema.parse(row).record);
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

  /** When the last of what was seen here may be forgotten; null where nothing is remembered. */
  remembersUntilMs(): number | null {
    const [row] = this.#sql.exec("select max(seen_at_ms) as last from seen");
    return typeof row?.last === "number" ? row.last + this.#limits.duplicateWindowMs : null;
  }

  /** Which of these marks were left within the window, and by which entry. */
  #seen(marks: readonly string[], nowMs: number): Map<string, string> {
    const since = nowMs - this.#limits.duplicateWindowMs;
    const query = `select mark, id from seen where mark ${AMONG} and seen_at_ms >= ?`;
    const rows = this.#sql.exec(query, JSON.stringify(marks), since).map((row) => seenSchema.parse(row));
    return new Map(rows.map(({ mark, id }) => [mark, id]));
  }

  #insert(requests: readonly AppendRequest[], nowMs: number): void {
    for (const { id, createdAtMs, record, image, subjectRef, episodeId } of requests) {
      const seq = this.#nextSeq++;
      const stream = `${subjectRef ?? ""} ${episodeId ?? ""}`;
      this.#sql.exec(
        "insert into entries (seq, id, created_at_ms, stream, has_image, record) values (?, ?, ?, ?, ?, ?)",
        ...[seq, id, createdAtMs, stream, image === null ? 0 : 1, record],
      );
      if (image === null) continue;
      const { ciphertext, nonce, contentType } = image;
      this.#sql.exec("insert into images values (?, ?, ?, ?)", seq, ciphertext, nonce, contentType);
    }
    const marks = requests.flatMap((request) => marksOf(request).map((mark) => [mark, request.id]));
    this.#sql.exec(
      "insert or replace into seen (mark, id, seen_at_ms) select value ->> 0, value ->> 1, ? from json_each(?)",
      nowMs,
      JSON.stringify(marks),
    );
  }

  #among(statement: string, seqs: readonly number[], rest = ""): readonly Record<string, LocalSqlValue>[] {
    return seqs.length === 0 ? [] : this.#sql.exec(`${statement} ${AMONG} ${rest}`, JSON.stringify(seqs));
  }
}

const CONTENT = "content:";

const ruleOf = (mark: string): Extract<AppendResult, { kind: "duplicate" }>["rule"] =>
  mark.startsWith(CONTENT) ? "duplicate.content" : "duplicate.episode_step";

function marksOf(request: AppendRequest): string[] {
  const marks = [`${CONTENT}${request.contentHash}`];
  if (request.episodeId !== null && request.step !== null) {
    marks.push(`step:${request.subjectRef ?? ""}:${request.episodeId}:${request.step}`);
  }
  return marks;
}
