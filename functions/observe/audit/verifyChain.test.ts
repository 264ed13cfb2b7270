import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hexDigest } from "../../contracts/hexDigest.ts";
import { utf8 } from "../../contracts/utf8.ts";
import type { AuditEntry } from "./schema.ts";
import { storableJson } from "./testAudit.ts";
import { verifyChain } from "./verifyChain.ts";

const ORGANIZATION = "01990000-0000-7000-8000-000000000001";
const AT = "2026-11-21T14:00:00.123456Z";
const AT_MICROS = 1_795_269_600_123_456;

/** A chain of our own making, of one entry per detail. */
async function chainOf(details: readonly unknown[]): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  for (const [index, detail] of details.entries()) {
    const prev_hash = entries.at(-1)?.hash ?? "";
    const shown = { seq: index + 1, at: AT, actor: "key_1", action: "key.create", target: "key_2", detail };
    const link = JSON.stringify([ORGANIZATION, shown.seq, "key_1", "key.create", "key_2", detail, AT_MICROS]);
    const hash = await hexDigest(new Uint8Array([...Buffer.from(prev_hash, "hex"), ...utf8(link)]));
    entries.push({ ...shown, prev_hash, hash, link });
  }
  return entries;
}

async function* stream(entries: readonly AuditEntry[]): AsyncGenerator<AuditEntry> {
  yield* entries;
}

/** Something else than this, of the same type where that matters. */
const otherThan = (value: unknown): unknown => {
  if (typeof value === "number") return `${value}`;
  if (value === AT) return "2026-11-21T14:00:00.123457Z";
  if (typeof value !== "string") return { other: JSON.stringify(value) };
  return value === "" ? "00" : `${value[0] === "a" ? "b" : "a"}${value.slice(1)}`;
};

const FIELDS = ["at", "actor", "action", "target", "detail", "prev_hash", "hash", "link"] as const;

describe("a chain outside of its database", () => {
  test("that shows something else than its hashed text says is altered there, whatever it was", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(storableJson, { minLength: 1, maxLength: 5 }),
        fc.nat(),
        fc.constantFrom(...FIELDS),
        async (details, pick, field) => {
          const entries = await chainOf(details);
          expect((await verifyChain(stream(entries))).intact).toBe(true);
          const at = pick % entries.length;
          const forged = entries.map((entry, index) =>
            index === at ? { ...entry, [field]: otherThan(entry[field]) } : entry,
          );
          expect((await verifyChain(stream(forged))).broken).toEqual({ seq: at + 1, kind: "altered" });
        },
      ),
      { numRuns: 200 },
    );
  });

  test("that lost some entries shows the first that is missing, or that it was cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 7 }), fc.nat(), fc.nat(), async (length, start, count) => {
        const entries = await chainOf(Array.from({ length }, (_, index) => ({ index })));
        const from = start % length;
        const to = from + 1 + (count % (length - from));
        const left = [...entries.slice(0, from), ...entries.slice(to)];
        const head = { seq: length, hash: entries.at(-1)?.hash ?? "" };
        const kind = to === length ? "cut" : "missing";
        expect((await verifyChain(stream(left), head)).broken).toEqual({ seq: from + 1, kind });
      }),
    );
  });

  test("of one organization does not continue another's", async () => {
    const [first, second] = await chainOf([{}, {}]);
    if (first === undefined || second === undefined) throw new Error("no chain");
    const link = second.link.replace(ORGANIZATION, ORGANIZATION.replace("0001", "0002"));
    const hash = await hexDigest(new Uint8Array([...Buffer.from(first.hash, "hex"), ...utf8(link)]));
    const joined = await verifyChain(stream([first, { ...second, link, hash }]));
    expect(joined.broken).toEqual({ seq: 2, kind: "altered" });
  });
});
