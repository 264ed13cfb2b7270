import { hexDigest } from "../../contracts/hexDigest.ts";
import { stableJson } from "../../contracts/stableJson.ts";
import { utf8 } from "../../contracts/utf8.ts";
import { earliest } from "./earliest.ts";
import type { AuditBreak, AuditEntry, AuditHead } from "./schema.ts";

/** What somebody finds who trusts the entries no further than their hashes. */
export interface ChainReport {
  readonly intact: boolean;
  readonly entries: number;
  /** The last entry of the chain. */
  readonly head: AuditHead | null;
  readonly broken: AuditBreak | null;
}

/** What stands before an entry: number 0 and no hash before the first. */
interface Before {
  readonly seq: number;
  readonly hash: string;
}

const ORIGIN: Before = { seq: 0, hash: "" };

/**
 * Verifies a whole audit log away from its database: entries oldest first, as `GET /v1/audit?order=asc` gives
 * them, without a filter. Each hash is computed anew from the entry's text, and each text is compared with what
 * the entry shows. `head` is an entry that somebody noted before, such as a signed anchor: the chain must hold it.
 */
export async function verifyChain(
  entries: AsyncIterable<AuditEntry>,
  head: AuditHead | null = null,
): Promise<ChainReport> {
  let before = ORIGIN;
  let organization: unknown;
  let count = 0;
  let broken: AuditBreak | null = null;
  let contradicted: AuditBreak | null = null;
  for await (const [entry, next] of withNext(entries)) {
    const link = readLink(entry.link);
    organization ??= link[0];
    count += 1;
    broken ??= await judge(entry, before, next, link, organization);
    if (head?.seq === entry.seq && head.hash !== entry.hash)
      contradicted = { seq: entry.seq, kind: "rewritten" };
    before = { seq: entry.seq, hash: entry.hash };
  }
  if (head !== null && head.seq > before.seq) contradicted = { seq: before.seq + 1, kind: "cut" };
  const first = earliest([broken, contradicted]);
  return { intact: first === null, entries: count, head: count === 0 ? null : before, broken: first };
}

/** The same verdict, in the same order, as `check_audit_page` in the database. */
async function judge(
  entry: AuditEntry,
  before: Before,
  next: AuditEntry | null,
  link: readonly unknown[],
  organization: unknown,
): Promise<AuditBreak | null> {
  const { seq } = entry;
  if (seq > before.seq + 1) return { seq: before.seq + 1, kind: "missing" };
  if (seq <= before.seq) return { seq, kind: "inserted" };
  const follows = entry.prev_hash === before.hash;
  if (follows && next?.prev_hash === before.hash) return { seq, kind: "inserted" };
  const saysWhatItShows = stableJson(link) === stableJson(shownIn(entry, organization));
  const isSound = saysWhatItShows && (await hashOf(entry)) === entry.hash;
  if (isSound && follows) return null;
  // A sound entry that follows another one than stands before it: what stands before it is not what it was.
  return { seq: isSound ? Math.max(seq - 1, 1) : seq, kind: "altered" };
}

const hashOf = ({ prev_hash, link }: AuditEntry): Promise<string> =>
  hexDigest(new Uint8Array([...fromHex(prev_hash), ...utf8(link)]));

const fromHex = (hex: string): number[] =>
  (hex.match(/../g) ?? []).map((digits) => Number.parseInt(digits, 16));

/** What the hashed text must say for an entry to be what it shows. */
const shownIn = (entry: AuditEntry, organization: unknown): readonly unknown[] => [
  organization,
  entry.seq,
  entry.actor,
  entry.action,
  entry.target,
  entry.detail,
  microsecondsOf(entry.at),
];

const MICROSECONDS = /\.(\d{3})(\d{3})Z$/;

/** Microseconds since 1970 of a time with six places behind its point; NaN of any other. */
function microsecondsOf(at: string): number {
  const micros = MICROSECONDS.exec(at)?.[2];
  return micros === undefined
    ? Number.NaN
    : Date.parse(at.replace(`${micros}Z`, "Z")) * 1000 + Number(micros);
}

/** The members of a hashed text; none where it is no JSON list. */
function readLink(link: string): readonly unknown[] {
  try {
    const members: unknown = JSON.parse(link);
    return Array.isArray(members) ? members : [];
  } catch {
    return [];
  }
}

/** Each item with the one behind it. */
async function* withNext<Item>(items: AsyncIterable<Item>): AsyncGenerator<[Item, Item | null]> {
  let held: { readonly item: Item } | null = null;
  for await (const item of items) {
    if (held !== null) yield [held.item, item];
    held = { item };
  }
  if (held !== null) yield [held.item, null];
}
