import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AppendRequest, EntryQueue } from "./entryQueue.ts";
import { memorySql } from "./testLocalSql.ts";

const request = (over: Partial<AppendRequest> = {}): AppendRequest => ({
  id: "a",
  createdAtMs: 1000,
  record: "{}",
  subjectRef: null,
  episodeId: null,
  step: null,
  contentHash: "h1",
  image: null,
  ...over,
});

const newQueue = (sql = memorySql(), maxEntries = 100) =>
  new EntryQueue(sql, { maxEntries, duplicateWindowMs: 10_000 });

describe("the outbox's queue", () => {
  it("takes an entry once, however often its append is repeated", () => {
    const queue = newQueue();
    expect(queue.append([request()], 1000)[0]).toEqual({ kind: "recorded" });
    expect(queue.append([request()], 1001)[0]).toEqual({ kind: "recorded" });
    expect(queue.depth()).toEqual({ entries: 1, oldestAtMs: 1000 });
  });

  it("knows equal content and an equal step of an episode again, within the window only", () => {
    const queue = newQueue();
    queue.append([request({ episodeId: "e", step: 3 })], 1000);
    expect(queue.append([request({ id: "b" })], 1500)[0]).toEqual({
      kind: "duplicate",
      of: "a",
      rule: "duplicate.content",
    });
    expect(
      queue.append([request({ id: "c", contentHash: "h2", episodeId: "e", step: 3 })], 1500)[0]?.kind,
    ).toBe("duplicate");
    expect(
      queue.append([request({ id: "d", contentHash: "h3", episodeId: "e", step: 4 })], 1500)[0]?.kind,
    ).toBe("recorded");
    expect(queue.append([request({ id: "f" })], 11_001)[0]?.kind).toBe("recorded");
  });

  it("says until when what it saw may come again, also of entries that have left", () => {
    const queue = newQueue();
    expect(queue.remembersUntilMs()).toBeNull();
    queue.append([request()], 1000);
    queue.append([request({ id: "b", contentHash: "h2" })], 3000);
    queue.remove(queue.oldest("row", 10).map((row) => row.seq));
    expect(queue.remembersUntilMs()).toBe(13_000);
    queue.forget(70_000);
    expect(queue.remembersUntilMs()).toBeNull();
  });

  it("tells the same step of two people apart", () => {
    const queue = newQueue();
    queue.append([request({ subjectRef: "s1", episodeId: "e", step: 1 })], 1000);
    const other = request({ id: "b", contentHash: "h2", subjectRef: "s2", episodeId: "e", step: 1 });
    expect(queue.append([other], 1000)[0]?.kind).toBe("recorded");
  });

  it("answers a group of appends one by one, and knows a duplicate inside the group", () => {
    const queue = newQueue();
    const group = [request(), request({ id: "b" }), request({ id: "c", contentHash: "h2" })];
    expect(queue.append(group, 1000).map((result) => result.kind)).toEqual([
      "recorded",
      "duplicate",
      "recorded",
    ]);
    expect(queue.depth().entries).toBe(2);
  });

  it("refuses when it is full, and takes again when something has left", () => {
    const queue = newQueue(memorySql(), 1);
    queue.append([request()], 1000);
    expect(queue.append([request({ id: "b", contentHash: "h2" })], 1000)[0]).toEqual({
      kind: "unavailable",
      reason: "full",
    });
    queue.remove(queue.oldest("row", 10).map((row) => row.seq));
    expect(queue.append([request({ id: "b", contentHash: "h2" })], 1000)[0]?.kind).toBe("recorded");
  });

  it("finds a record by its id, and of an episode the first and last of each subject", () => {
    const queue = newQueue();
    const of = (id: string, episodeId: string | null, subjectRef: string | null = null) =>
      request({ id, contentHash: id, record: `"${id}"`, episodeId, subjectRef, step: null });
    const others = [of("x", null), of("y", "ep-10"), of("z", "p-1")];
    queue.append(
      [of("a", "ep-1"), of("b", "ep-1"), of("c", "ep-1", "5ab"), of("d", "ep-1"), ...others],
      1000,
    );
    expect(queue.find({ inferenceId: "b" })).toEqual(['"b"']);
    expect(queue.find({ inferenceId: "nobody" })).toEqual([]);
    expect(queue.find({ episodeId: "ep-1" })).toEqual(['"a"', '"c"', '"d"']);
    queue.remove(queue.oldest("row", 10).map((row) => row.seq));
    expect(queue.find({ inferenceId: "b" })).toEqual([]);
  });

  it("finds after a restart what it held, image and stage included", () => {
    const sql = memorySql();
    const bytes = new Uint8Array([1, 2, 3]);
    const first = newQueue(sql);
    const image = { ciphertext: bytes.slice().buffer, nonce: bytes.slice().buffer, contentType: "image/png" };
    first.append([request({ image })], 1000);
    first.advance([1], "image");
    const second = newQueue(sql);
    const rows = second.oldest("image", 5);
    expect(second.images(rows.map((row) => row.seq))[0]?.ciphertext).toEqual(bytes);
    expect(second.depth().entries).toBe(1);
  });

  it("never counts other than what it holds, whatever is appended and removed", () => {
    const step = fc.record({ add: fc.boolean(), content: fc.integer({ min: 0, max: 20 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = newQueue();
        steps.forEach(({ add, content }, index) => {
          if (add) queue.append([request({ id: `i${index}`, contentHash: `c${content}` })], 1000);
          else queue.remove(queue.oldest("row", 2).map((row) => row.seq));
          expect(queue.depth().entries).toBe(queue.oldest("row", 1000).length);
        });
      }),
      { numRuns: 50 },
    );
  });
});
